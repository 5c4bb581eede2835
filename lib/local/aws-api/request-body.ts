import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** S3 takes 5 GiB in one PutObject, but here bodies pass through memory. */
const MAX_CONTENT_BYTES = 1024 ** 3;
/** As it is sent: chunks have heads of their own. */
const MAX_BODY_BYTES = MAX_CONTENT_BYTES * 1.1;

const EMPTY = Buffer.alloc(0);

/** The body of a nodeRequest as it was sent. Rejects with ApiError when it is too large, or ends before its time. */
export async function readBody(nodeRequest: IncomingMessage): Promise<Buffer> {
  const { 'content-length': length, 'transfer-encoding': coding } = nodeRequest.headers;
  if (coding === undefined && (length === undefined || length === '0')) return EMPTY;
  return collect(nodeRequest, length === undefined ? undefined : Number(length));
}

function collect(nodeRequest: IncomingMessage, announced: number | undefined): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts = new BodyParts(announced);
  nodeRequest.on('data', (chunk: Buffer) => {
    if (!parts.add(chunk)) reject(tooLarge());
  });
  nodeRequest.on('end', () => resolve(parts.join()));
  nodeRequest.on('error', () => {});
  nodeRequest.on('close', () =>
    reject(new ApiError('IncompleteBody', 'The request ended before its body was complete')),
  );
  return promise;
}

class BodyParts {
  readonly #chunks: Buffer[] = [];
  /** Of an announced length, so that a large body stands in memory once. */
  #whole: Buffer | undefined;
  readonly #announced: number | undefined;
  #bytes = 0;

  constructor(announced: number | undefined) {
    this.#announced = announced;
  }

  /** False, and nothing is kept, when the body is too large. */
  add(chunk: Buffer): boolean {
    if (Math.max(this.#announced ?? 0, this.#bytes + chunk.length) > MAX_BODY_BYTES) return false;
    // Most bodies come in one piece, which needs no copy.
    if (this.#announced === undefined || chunk.length === this.#announced) this.#chunks.push(chunk);
    else {
      this.#whole ??= Buffer.allocUnsafeSlow(this.#announced);
      chunk.copy(this.#whole, this.#bytes);
    }
    this.#bytes += chunk.length;
    return true;
  }

  join(): Buffer {
    return this.#whole ?? (this.#chunks.length === 1 ? (this.#chunks[0] ?? EMPTY) : Buffer.concat(this.#chunks));
  }
}

function tooLarge(): ApiError {
  const nodeRequest = `Your proposed upload exceeds the maximum allowed size; this machine takes ${MAX_CONTENT_BYTES} bytes`;
  return new ApiError('EntityTooLarge', nodeRequest);
}
