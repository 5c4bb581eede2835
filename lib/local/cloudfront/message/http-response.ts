import type { Readable } from 'node:stream';
import type { Fields } from './fields.ts';

/** What goes back to a viewer, or is on its way there. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Buffer | Readable;
}

/** Lets go of a response that nobody will read. */
export function discard({ body }: { readonly body: HttpResponse['body'] }): void {
  if (!Buffer.isBuffer(body)) body.destroy();
}

/** Lets a body come that is not sent to anybody, so that it can still be stored. */
export function drain(body: HttpResponse['body']): void {
  if (!Buffer.isBuffer(body)) body.resume();
}
