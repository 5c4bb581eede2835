import { hash } from 'node:crypto';
import { isJsonObject } from '../../basics/json-object.ts';

/** The second level of the ledger: the entries whose names hash to one number. */
export interface LedgerShard {
  /** Every page that a name of this shard covers, with a lower sequence, is out of date. */
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

/** More than a shard of 1,000,000 names has, however long they are. */
export const MAX_SHARD_BYTES = 64 * 1024;
/** What stays when a shard is too large. If it were just below the limit, each append would raise the floor. */
const KEPT_SHARD_BYTES = 48 * 1024;
const MAX_NAME_BYTES = 40;

export function shardOf(name: string, count: number): number {
  return Number.parseInt(hash('sha256', name).slice(0, 8), 16) % count;
}

/** A long name is stored as a hash. Should two ever be the same, a page too many is rendered. */
export function storedName(name: string): string {
  const isShort = Buffer.byteLength(JSON.stringify(name)) <= MAX_NAME_BYTES + 2;
  // No other name begins so: they begin with tag:, path: or prefix:.
  return isShort ? name : `#${hash('sha256', name, 'base64url').slice(0, 22)}`;
}

/**
 * The shard with these names at `sequence`; the same object when it has them already. `published` is a floor that every
 * reader of the ledger sees by now: what it covers is left out.
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
 * The oldest entries go, and the floor of the shard rises to the newest of them: a page that one of them covers is
 * rendered again, as is a page that another name of this shard covers.
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
  // Without a prototype it is a table from the beginning: keys are added to it much faster.
  const entries: Record<string, number> = Object.create(null);
  for (const [name, newest] of Object.entries(shard.entries)) if (newest > floor) entries[name] = newest;
  return entries;
}
