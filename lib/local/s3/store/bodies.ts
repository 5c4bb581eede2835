import type { Readable } from 'node:stream';
import type { ObjectBody } from './stored-object.ts';

/** Where the bytes of objects are kept. */
export interface Bodies {
  keep(bytes: Buffer): ObjectBody | Promise<ObjectBody>;
}

export class MemoryBodies implements Bodies {
  keep(bytes: Buffer): ObjectBody {
    return new MemoryBody(bytes);
  }
}

class MemoryBody implements ObjectBody {
  readonly file = '';
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(start: number, end: number): Buffer | Readable {
    return this.#bytes.subarray(start, end);
  }

  readAll(): Buffer {
    return this.#bytes;
  }

  discard(): void {}
}
