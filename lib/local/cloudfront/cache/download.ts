import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A body that is read while it comes: by who asked for it first, and by all who wait for the same object. */
export class Download {
  /** The whole body. Rejects when the origin breaks off, or when nobody wants it any more. */
  readonly completed: Promise<Buffer>;
  readonly #source: Readable;
  readonly #chunks: Buffer[] = [];
  readonly #readers = new Set<Readable>();
  #isKept = false;
  #end: { readonly error?: Error } | undefined;

  constructor(source: Readable) {
    this.#source = source;
    source.on('data', (chunk: Buffer) => this.#add(chunk));
    this.completed = finished(source).then(() => Buffer.concat(this.#chunks));
    this.completed.then(
      () => this.#endWith({}),
      (error: Error) => this.#endWith({ error }),
    );
  }

  /** From its first byte on, whenever it is asked for. */
  read(): Readable {
    const reader = new Readable({
      read: () => undefined,
      destroy: (error, done) => {
        this.#leave(reader);
        done(error);
      },
    });
    for (const chunk of this.#chunks) reader.push(chunk);
    if (this.#end === undefined) this.#readers.add(reader);
    else endReader(reader, this.#end);
    return reader;
  }

  /** It goes on though nobody reads it. */
  keep(): void {
    this.#isKept = true;
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    for (const reader of this.#readers) reader.push(chunk);
  }

  #endWith(end: { readonly error?: Error }): void {
    this.#end = end;
    for (const reader of this.#readers) endReader(reader, end);
    this.#readers.clear();
  }

  /**
   * "If a viewer terminates a session before CloudFront can deliver the object, CloudFront does not cache it."
   * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#response-custom-canceled-requests
   */
  #leave(reader: Readable): void {
    if (!this.#readers.delete(reader) || this.#readers.size > 0 || this.#isKept) return;
    this.#source.destroy(new Error('every viewer has gone'));
  }
}

function endReader(reader: Readable, { error }: { readonly error?: Error }): void {
  if (error === undefined) reader.push(null);
  else reader.destroy(error);
}
