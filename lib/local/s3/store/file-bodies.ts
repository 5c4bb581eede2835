import { randomUUID } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { LRUCache } from '../../../vendor/lru-cache.ts';
import type { Bodies } from './bodies.ts';
import type { ObjectBody } from './stored-object.ts';

/** Bodies up to this size are written and read at once, and the newest of them stay in memory. */
const SMALL_BYTES = 256 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;

/** Keeps each body in a file of its own, which is written once and never changed. */
export class FileBodies implements Bodies {
  readonly #directory: string;
  readonly #folders = new Set<string>();
  /** By file. */
  readonly recent = new LRUCache<string, Buffer>({
    maxSize: CACHE_BYTES,
    maxEntrySize: SMALL_BYTES,
    sizeCalculation: (bytes) => Math.max(1, bytes.length),
  });

  constructor(directory: string) {
    this.#directory = directory;
  }

  async keep(bytes: Buffer): Promise<ObjectBody> {
    const name = randomUUID();
    // A folder of a hundred thousand files is slow to list.
    const file = `${name.slice(0, 2)}/${name}`;
    this.#makeFolder(name.slice(0, 2));
    if (bytes.length <= SMALL_BYTES) writeFileSync(this.#path(file), bytes);
    else await writeFile(this.#path(file), bytes);
    this.recent.set(file, bytes);
    return this.find(file, bytes.length);
  }

  /** A body that an earlier run kept. */
  find(file: string, size: number): ObjectBody {
    return new FileBody({ file, size, path: this.#path(file), recent: this.recent });
  }

  /** Removes the files that are not named; returns the names of those that are there, with the size that they should have. */
  keepOnly(sizes: ReadonlyMap<string, number>): ReadonlySet<string> {
    mkdirSync(this.#directory, { recursive: true });
    const whole = new Set<string>();
    for (const folder of readdirSync(this.#directory)) {
      for (const name of readdirSync(join(this.#directory, folder))) {
        const file = `${folder}/${name}`;
        const isWhole = statSync(this.#path(file)).size === sizes.get(file);
        if (isWhole) whole.add(file);
        else rmSync(this.#path(file));
      }
    }
    return whole;
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }

  #makeFolder(name: string): void {
    if (this.#folders.has(name)) return;
    mkdirSync(join(this.#directory, name), { recursive: true });
    this.#folders.add(name);
  }
}

interface FileBodyOptions {
  readonly file: string;
  readonly size: number;
  readonly path: string;
  readonly recent: LRUCache<string, Buffer>;
}

class FileBody implements ObjectBody {
  readonly file: string;
  readonly #options: FileBodyOptions;

  constructor(options: FileBodyOptions) {
    this.file = options.file;
    this.#options = options;
  }

  read(start: number, end: number): Buffer | Readable {
    const { size, path } = this.#options;
    if (size <= SMALL_BYTES) return this.#readSmall().subarray(start, end);
    // Opened in this turn: once open, a file can be read to its end even when it is removed.
    return createReadStream('', { fd: openSync(path, 'r'), start, end: end - 1 });
  }

  readAll(): Buffer {
    return readFileSync(this.#options.path);
  }

  discard(): void {
    this.#options.recent.delete(this.file);
    rmSync(this.#options.path, { force: true });
  }

  #readSmall(): Buffer {
    const known = this.#options.recent.get(this.file);
    if (known !== undefined) return known;
    const bytes = this.readAll();
    this.#options.recent.set(this.file, bytes);
    return bytes;
  }
}
