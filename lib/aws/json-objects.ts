import { IsrError } from '../basics/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Objects } from './objects.ts';

/** A JSON object as it was seen; without an entity tag it was not there. */
export interface Seen<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

export interface JsonObjects<T> {
  /** The object as it is now. `known` is not sent again if it still stands. */
  read(key: string, known: Seen<T> | undefined): Promise<Seen<T>>;
  /** Writes the value if the object still is as it was seen; `'conflict'` otherwise. */
  replaceOnce(key: string, known: Seen<T>, value: T): Promise<Seen<T> | 'conflict'>;
  /** Writes what `change` makes of the object, by compare-and-swap; nothing if that is the same. */
  replace(key: string, known: Seen<T>, change: (value: T) => T): Promise<Seen<T>>;
}

const MAX_ATTEMPTS = 100;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2000;

/** `whenAbsent`: the value of an object that is not there. */
export function jsonObjects<T>(objects: Objects, clock: Clock, whenAbsent: T): JsonObjects<T> {
  const read: JsonObjects<T>['read'] = async (key, known) => {
    const object = await objects.getUnless(key, known?.etag);
    if (object === 'unchanged' && known !== undefined) return known;
    if (object === undefined || object === 'unchanged') return { value: whenAbsent, etag: undefined };
    return { value: JSON.parse(object.body.toString('utf8')) as T, etag: object.etag };
  };
  const replaceOnce: JsonObjects<T>['replaceOnce'] = async (key, known, value) => {
    const headers = { 'content-type': 'application/json' };
    const condition = known.etag === undefined ? { absent: true as const } : { etag: known.etag };
    const etag = await objects.put(key, JSON.stringify(value), { headers, condition });
    return etag === 'conflict' ? 'conflict' : { value, etag };
  };
  return {
    read,
    replaceOnce,
    async replace(key, known, change) {
      let seen = known;
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const value = change(seen.value);
        if (value === seen.value) return seen;
        const written = await replaceOnce(key, seen, value);
        if (written !== 'conflict') return written;
        // The more there are who want to write, the longer the pauses, and each its own: else they all meet again.
        await clock.sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
        seen = await read(key, seen);
      }
      throw new IsrError(
        'LEDGER_UNAVAILABLE',
        `could not write '${key}': it was replaced ${MAX_ATTEMPTS} times meanwhile; try again`,
      );
    },
  };
}
