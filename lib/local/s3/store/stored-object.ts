import type { Readable } from 'node:stream';

/** What S3 keeps of an object beside its bytes. Plain data: it is stored as JSON. */
export interface ObjectFacts {
  readonly key: string;
  /** With its quotes. */
  readonly etag: string;
  readonly size: number;
  /** Epoch milliseconds, of whole seconds: HTTP knows no less. */
  readonly lastModified: number;
  readonly metadata: ObjectMetadata;
  /** As in `x-amz-tagging`: `a=1&b=2`. */
  readonly tagging?: string | undefined;
  readonly checksum?: Checksum | undefined;
  /** Of an object that was uploaded in parts: the size of each. */
  readonly partSizes?: readonly number[] | undefined;
}

export interface ObjectMetadata {
  /** `content-type`, `cache-control` and so on, by the name of the header. */
  readonly system: Readonly<Record<string, string>>;
  /** By name without `x-amz-meta-`. Any Unicode text. */
  readonly user: Readonly<Record<string, string>>;
}

/** What the client said that the bytes add up to. */
export interface Checksum {
  /** `x-amz-checksum-crc32` */
  readonly header: string;
  readonly value: string;
}

/** The bytes of an object, wherever they are. */
export interface ObjectBody {
  /** The name of the file that holds them; `''` in memory. */
  readonly file: string;
  /** @param end not included */
  read(start: number, end: number): Buffer | Readable;
  readAll(): Buffer;
  /** Frees what it takes up. Who reads just now reads on. */
  discard(): void;
}

export interface StoredObject extends ObjectFacts {
  readonly body: ObjectBody;
  /** What GET and HEAD answer in any case, names and values in turns: made once, asked for often. */
  readonly headers: readonly string[];
}

/** The entity tag of an object that was written at once. */
export function etagOf(md5: Buffer): string {
  return `"${md5.toString('hex')}"`;
}
