import { IsrError } from '../basics/errors.ts';
import { mapConcurrently } from '../basics/map-concurrently.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import { type JsonObjects, jsonObjects, type Seen } from '../core/bucket/json-objects.ts';
import { addToShard, EMPTY_SHARD, type LedgerShard } from '../core/ledger/ledger-shard.ts';
import { appendToSummary, EMPTY_SUMMARY, type LedgerSummary, namesByShard } from '../core/ledger/ledger-summary.ts';
import type { Clock, LedgerStore } from '../core/ports.ts';

const SUMMARY_KEY = '_isr/ledger.json';
const shardKey = (shard: number): string => `_isr/ledger/${shard}.json`;
const CONCURRENT_CALLS = 32;
/** Shards kept in memory, the last used ones: 10 MB at the most. */
const KEPT_SHARDS = 64;

/** `upTo`: the summary's number of the shard, when it was read before the shard. */
type KnownShard = Seen<LedgerShard> & { readonly upTo: number };

/**
 * A summary and its shards, each an object of the bucket that is kept in memory and read again only if it changed.
 *
 * An append writes the shards first, with the sequence after the one that it has just read, and then the summary, in
 * which it takes the next sequence. It is done when the summary stands: a reader that sees it finds the entries in the
 * shards. A page with that sequence or a higher one read it from a summary that was written after the append began, so
 * its render was later; an append that dies between the two only leaves entries that put too much out of date.
 */
export function createS3LedgerStore(bucket: Bucket, clock: Clock): LedgerStore {
  const summaries = jsonObjects<LedgerSummary>(bucket, EMPTY_SUMMARY);
  const shardObjects = jsonObjects<LedgerShard>(bucket, EMPTY_SHARD);
  const knownShards = new Map<number, KnownShard>();
  let knownSummary: Seen<LedgerSummary> | undefined;

  async function readSummary(): Promise<Seen<LedgerSummary>> {
    knownSummary = await summaries.read(SUMMARY_KEY, knownSummary);
    return knownSummary;
  }

  function keep(shard: number, known: KnownShard): void {
    knownShards.delete(shard);
    knownShards.set(shard, known);
    for (const oldest of knownShards.keys()) if (knownShards.size > KEPT_SHARDS) knownShards.delete(oldest);
  }

  async function readShard(shard: number, upTo: number): Promise<LedgerShard> {
    const known = knownShards.get(shard);
    const isCurrent = known !== undefined && known.upTo >= upTo;
    const seen = isCurrent ? known : { ...(await shardObjects.read(shardKey(shard), known)), upTo };
    keep(shard, seen);
    return seen.value;
  }

  async function addNames(
    shard: number,
    names: readonly string[],
    before: Promise<Seen<LedgerSummary>>,
  ): Promise<void> {
    const key = shardKey(shard);
    const known = knownShards.get(shard);
    const [{ value: summary }, current] = await Promise.all([before, known ?? shardObjects.read(key)]);
    const add = (value: LedgerShard): LedgerShard => addToShard(value, names, summary.sequence + 1, summary.floor);
    const written = await replace(key, current, add, shardObjects, clock);
    // Another append may write it before the summary tells of ours, so it counts no further than before.
    keep(shard, { ...written, upTo: known?.upTo ?? 0 });
  }

  return {
    read: async () => (await readSummary()).value,
    async readShards(shards, summary) {
      const values = await mapConcurrently(shards, CONCURRENT_CALLS, async (shard) => {
        return [shard, await readShard(shard, summary.shards[shard] ?? 0)] as const;
      });
      return new Map(values);
    },
    async append(names) {
      const before = readSummary();
      await mapConcurrently([...namesByShard(names)], CONCURRENT_CALLS, ([shard, own]) => addNames(shard, own, before));
      const note = (summary: LedgerSummary): LedgerSummary => appendToSummary(summary, names, clock.now());
      knownSummary = await replace(SUMMARY_KEY, await before, note, summaries, clock);
      return knownSummary.value.sequence;
    },
  };
}

const MAX_ATTEMPTS = 100;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2000;

/** Writes what `change` makes of the object, whoever else writes it meanwhile; nothing if that is the same. */
async function replace<T>(
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
