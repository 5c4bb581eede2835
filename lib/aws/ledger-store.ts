import { mapConcurrently } from '../basics/map-concurrently.ts';
import { addToShard, EMPTY_SHARD, type LedgerShard } from '../core/ledger/ledger-shard.ts';
import { appendToSummary, EMPTY_SUMMARY, type LedgerSummary, namesByShard } from '../core/ledger/ledger-summary.ts';
import type { Clock, LedgerStore } from '../core/ports.ts';
import { jsonObjects, type Seen } from './json-objects.ts';
import type { Objects } from './objects.ts';

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
export function createS3LedgerStore(objects: Objects, clock: Clock): LedgerStore {
  const summaries = jsonObjects<LedgerSummary>(objects, clock, EMPTY_SUMMARY);
  const shardObjects = jsonObjects<LedgerShard>(objects, clock, EMPTY_SHARD);
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
    const [{ value: summary }, current] = await Promise.all([before, known ?? shardObjects.read(key, undefined)]);
    const add = (value: LedgerShard): LedgerShard => addToShard(value, names, summary.sequence + 1, summary.floor);
    const written = await shardObjects.replace(key, current, add);
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
      knownSummary = await summaries.replace(SUMMARY_KEY, await before, note);
      return knownSummary.value.sequence;
    },
  };
}
