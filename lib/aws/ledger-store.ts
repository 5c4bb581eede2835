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
/** How many shards stay in memory, those that were used last: 10 MB at the most. */
const KEPT_SHARDS = 64;

/** `upTo`: what the summary said of the shard before we read it. Until the summary says more, our copy is current. */
type KnownShard = Seen<LedgerShard> & { readonly upTo: number };

/**
 * The ledger in a bucket: a summary and its shards, each one object. They are kept in memory, and read again only if
 * they have changed.
 *
 * An append writes the shards first and the summary last. With the summary at 7 and one entry for `tag:a`:
 *
 * | step                  | shard has    | summary | a reader finds                                          |
 * | --------------------- | ------------ | ------- | ------------------------------------------------------- |
 * | before                | no `tag:a`   | 7       | nothing new                                             |
 * | 1. shards are written | `tag:a` at 8 | 7       | nothing new: the summary does not send it to the shard  |
 * | 2. summary is written | `tag:a` at 8 | 8       | `tag:a` at 8. The append is done                        |
 *
 * Another append may take 8 first; then ours takes 9 in the summary, and its entry stays at 8. That is enough. A page
 * that stores 8 or more read a summary that was written after our append began, so its render is later. If an append
 * dies after step 1, its entry is seen after the next one. It then invalidates pages that need not be, and no harm is
 * done.
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
    // Others may write the shard before the summary tells of our append, so our copy is no more current than before.
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

/** Writes what `change` makes of the object, and tries again when somebody else wrote it meanwhile. */
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
    // Longer with each attempt, since many may want to write, and random, so that they do not all meet again.
    await clock.sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
    seen = await objects.read(key, seen);
  }
  throw new IsrError(
    'LEDGER_UNAVAILABLE',
    `could not write '${key}': it was replaced ${MAX_ATTEMPTS} times meanwhile; try again`,
  );
}
