import { parseJson } from '../../basics/json-object.ts';
import { type Bucket, unchangedSince } from './bucket.ts';

/** The headers of a JSON object. */
export const JSON_HEADERS = { 'content-type': 'application/json' };

/** A JSON object as it was seen; without an entity tag it was not there. */
export interface Seen<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

/** Objects of one shape, which many functions share and change by compare-and-swap. */
export interface JsonObjects<T> {
  /** The object as it is now. `known` is not sent again if it still stands. */
  read(key: string, known?: Seen<T>): Promise<Seen<T>>;
  /** Writes the value if the object still is as it was seen; `'conflict'` otherwise. */
  swap(key: string, seen: Seen<T>, value: T): Promise<Seen<T> | 'conflict'>;
}

export interface JsonObjectsOptions<T> {
  /** The value of an object that is not there. */
  readonly whenAbsent: T;
  /** Whether a parsed value is what we wrote. What is not counts as absent, until it is written over. */
  isOurs(value: unknown): value is T;
  /** Told the key of each such object that is read. */
  readonly onForeign?: (key: string) => void;
}

export function jsonObjects<T>(
  bucket: Bucket,
  { whenAbsent, isOurs, onForeign }: JsonObjectsOptions<T>,
): JsonObjects<T> {
  return {
    async read(key, known) {
      const object = await bucket.getUnless(key, known?.etag);
      if (object === 'unchanged' && known !== undefined) return known;
      if (object === undefined || object === 'unchanged') return { value: whenAbsent, etag: undefined };
      const value = parseJson(object.body.toString('utf8'));
      if (isOurs(value)) return { value, etag: object.etag };
      onForeign?.(key);
      return { value: whenAbsent, etag: object.etag };
    },
    async swap(key, seen, value) {
      const etag = await bucket.put(key, JSON.stringify(value), {
        headers: JSON_HEADERS,
        condition: unchangedSince(seen),
      });
      return etag === 'conflict' ? 'conflict' : { value, etag };
    },
  };
}
