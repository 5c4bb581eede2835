import type { Readable } from 'node:stream';
import type { Fields } from './fields.ts';

/** What goes back to a viewer, or is on its way there. */
export interface Answer {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Buffer | Readable;
}

/** Lets go of an answer that nobody will read. */
export function discard({ body }: { readonly body: Answer['body'] }): void {
  if (!Buffer.isBuffer(body)) body.destroy();
}
