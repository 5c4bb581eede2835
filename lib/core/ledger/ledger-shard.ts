import { hash } from 'node:crypto';
import { isJsonObject } from '../../basics/json-object.ts';

/** The second level of the ledger: all entries whose names have the same hash number, see `shardOf`. */
export interface LedgerShard {
  /** Invalidates every page with a lower sequence that any name of this shard covers, stored or not. */
  readonly floor: number;
  /** By stored name: the sequence of its newest revalidation. */
  readonly entries: Readonly<Record<string, number>>;
}

export const EMPTY_SHARD: LedgerShard = { floor: 0, entries: {} };

/** Whether a parsed JSON value is what we wrote. */
export function isLedgerShard(value: unknown): value is LedgerShard {
  if (!isJsonObject(value) || !Number.isSafeInteger(value.floor)) return false;
  return isJsonObject(value.entries) && Object.values(value.entries).every(Number.isSafeInteger);
}

/** What has to be thought of a shard that is not there any more, though it was written to with `newest` at the most. */
export function lostShard(newest: number): LedgerShard {
  return newest === 0 ? EMPTY_SHARD : { floor: newest, entries: {} };
}

/** Room for more than a shard has when 1,000,000 names are revalidated, however long they are. */
export const MAX_SHARD_BYTES = 64 * 1024;
/** A shard that is too large is cut down to this. If it stayed just below the limit, each append would cut again. */
const KEPT_SHARD_BYTES = 48 * 1024;
const MAX_NAME_BYTES = 40;

export function shardOf(name: string, count: number): number {
  return Number.parseInt(hash('sha256', name).slice(0, 8), 16) % count;
}

/** A long name is stored as its hash. If two names ever had the same one, a page would be rendered once too often. */
export function storedName(name: string): string {
  const isShort = Buffer.byteLength(JSON.stringify(name)) <= MAX_NAME_BYTES + 2;
  // Names begin with tag:, path: or prefix:, so no name looks like a hash.
  return isShort ? name : `#${hash('sha256', name, 'base64url').slice(0, 22)}`;
}

/**
 * The shard with these names at `sequence`. It is the same object when nothing changes.
 *
 * `published`: the floor of the summary. Readers know it from there, so the shard needs no entry at or below it.
 */
export function addToShard(
  shard: LedgerShard,
  names: readonly string[],
  sequence: number,
  published: number,
): LedgerShard {
  const stored = names.map(storedName);
  const floor = Math.max(shard.floor, published);
  if (sequence <= floor || stored.every((name) => (shard.entries[name] ?? 0) >= sequence)) return shard;
  const entries = entriesAbove(floor, shard);
  for (const name of stored) entries[name] = Math.max(sequence, entries[name] ?? 0);
  return bounded({ floor, entries });
}

/**
 * Drops the oldest entries of a shard that is too large. Its floor rises to the newest one dropped, so nothing that they
 * invalidated is forgotten. The price: pages under other names of the shard are rendered once more too.
 */
function bounded(shard: LedgerShard): LedgerShard {
  if (Buffer.byteLength(JSON.stringify(shard)) <= MAX_SHARD_BYTES) return shard;
  const newestFirst = Object.entries(shard.entries).sort(([, a], [, b]) => b - a);
  let bytes = 0;
  const cut = newestFirst.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return bytes > KEPT_SHARD_BYTES;
  });
  const floor = newestFirst[cut]?.[1] ?? shard.floor;
  return { floor, entries: entriesAbove(floor, shard) };
}

function entriesAbove(floor: number, shard: LedgerShard): Record<string, number> {
  // An object without a prototype takes new keys much faster.
  const entries: Record<string, number> = Object.create(null);
  for (const [name, newest] of Object.entries(shard.entries)) if (newest > floor) entries[name] = newest;
  return entries;
}
