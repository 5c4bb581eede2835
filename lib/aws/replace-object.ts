import { IsrError } from '../basics/errors.ts';
import type { JsonObjects, Seen } from '../core/bucket/json-objects.ts';
import type { Clock } from '../core/ports.ts';

const MAX_ATTEMPTS = 100;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2000;

/** Writes what `change` makes of the object, whoever else writes it meanwhile; nothing if that is the same. */
export async function replaceObject<T>(
  key: string,
  known: Seen<T>,
  change: (value: T) => T,
  objects: JsonObjects<T>,
  clock: Clock,
): Promise<Seen<T>> {
  let seen = known;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const value = change(seen.value);
    if (value === seen.value) return seen;
    const written = await objects.swap(key, seen, value);
    if (written !== 'conflict') return written;
    // The more there are who want to write, the longer the pauses, and each its own: else they all meet again.
    await clock.sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
    seen = await objects.read(key, seen);
  }
  throw new IsrError(
    'LEDGER_UNAVAILABLE',
    `could not write '${key}': it was replaced ${MAX_ATTEMPTS} times meanwhile; try again`,
  );
}
