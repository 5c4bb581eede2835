/** What must be true of the stored object for a write to happen. */
export type WriteCondition = { readonly absent: true } | { readonly etag: string };

/** The object that was read is still there; when none was, still none is. */
export function unchangedSince(read: { readonly etag?: string | undefined } | undefined): WriteCondition {
  return read?.etag === undefined ? { absent: true } : { etag: read.etag };
}

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ObjectWrite {
  readonly headers?: Readonly<Record<string, string>>;
  readonly condition?: WriteCondition;
}

/** A bucket with conditional reads and writes, as S3 has them. Keys are decoded and have no leading slash. */
export interface Bucket {
  get(key: string): Promise<StoredObject | undefined>;
  /** `'unchanged'` while the object still has that entity tag. */
  getUnless(key: string, etag: string | undefined): Promise<StoredObject | 'unchanged' | undefined>;
  /** The new entity tag, or `'conflict'`. */
  put(key: string, body: Uint8Array | string, write?: ObjectWrite): Promise<string | 'conflict'>;
  /** Removing what is not there is no error. */
  remove(key: string, etag?: string): Promise<'removed' | 'conflict'>;
}
