import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { LambdaError } from './lambda-error.ts';

/** What a function answered: all at once, or a stream of bytes as they are written. */
export type InvocationResult =
  | { readonly kind: 'buffered'; readonly payload: Buffer }
  | {
      readonly kind: 'streamed';
      readonly contentType: string;
      readonly body: Readable;
      /** Resolves when the function has written everything, to the error that cut the response short. */
      readonly ended: Promise<LambdaError | undefined>;
    };

/** The whole response, also of a function that streams. */
export async function payloadOf(result: InvocationResult): Promise<Buffer> {
  return result.kind === 'buffered' ? result.payload : buffer(result.body);
}
