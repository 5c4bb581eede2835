import { mapConcurrently } from '../basics/map-concurrently.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import { jsonObjects, type Seen } from '../core/bucket/json-objects.ts';
import { addToShard, EMPTY_SHARD, isLedgerShard, type LedgerShard, lostShard } from '../core/ledger/ledger-shard.ts';
import type { LedgerSummary } from '../core/ledger/ledger-summary.ts';
import type { Clock, LedgerStore } from '../core/ports.ts';
import { replaceObject } from './replace-object.ts';

const shardKey = (shard: number): string => `_isr/ledger/${shard}.json`;
export const CONCURRENT_CALLS = 32;
/** Shards kept in memory, the last used ones: 10 MB at the most. */
const KEPT_SHARDS = 64;

/** `upTo`: the summary's number of the shard, when it was read before the shard. */
type KnownShard = Seen<LedgerShard> & { readonly upTo: number };

export interface LedgerShards {
  readonly read: LedgerStore['readShards'];
  /** Writes `names` into a shard with the sequence that `naming` gives. `reading`: the summary before that. */
  add(
    shard: number,
    names: readonly string[],
    reading: Promise<Seen<LedgerSummary>>,
    naming: Promise<number>,
  ): Promise<void>;
}

/** The second level of the ledger, see `createS3LedgerStore`. */
export function openLedgerShards(bucket: Bucket, clock: Clock, onForeign: (key: string) => void): LedgerShards {
  const objects = jsonObjects<LedgerShard>(bucket, { whenAbsent: EMPTY_SHARD, isOurs: isLedgerShard, onForeign });
  const knownShards = new Map<number, KnownShard>();

  function keep(shard: number, known: KnownShard): void {
    knownShards.delete(shard);
    knownShards.set(shard, known);
    for (const oldest of knownShards.keys()) if (knownShards.size > KEPT_SHARDS) knownShards.delete(oldest);
  }

  async function readShard(shard: number, upTo: number): Promise<LedgerShard> {
    const known = knownShards.get(shard);
    const isCurrent = known !== undefined && known.upTo >= upTo;
    const seen = isCurrent ? known : { ...(await objects.read(shardKey(shard), known)), upTo };
    keep(shard, seen);
    return unlessLost(seen.value, upTo);
  }

  return {
    async read(shards, summary) {
      const values = await mapConcurrently(shards, CONCURRENT_CALLS, async (shard) => {
        return [shard, await readShard(shard, summary.shards[shard] ?? 0)] as const;
      });
      return new Map(values);
    },
    async add(shard, names, reading, naming) {
      const key = shardKey(shard);
      const known = knownShards.get(shard);
      const [{ value: summary }, sequence, current] = await Promise.all([reading, naming, known ?? objects.read(key)]);
      const newest = summary.shards[shard] ?? 0;
      const add = (value: LedgerShard): LedgerShard =>
        addToShard(unlessLost(value, newest), names, sequence, summary.floor);
      const written = await replaceObject(key, current, add, objects, clock);
      // Another append may write it before the summary tells of ours, so it counts no further than before.
      keep(shard, { ...written, upTo: known?.upTo ?? 0 });
    },
  };
}

/** A shard that is not there, or not ours, although the summary says that it was written to. */
function unlessLost(shard: LedgerShard, newest: number): LedgerShard {
  return shard === EMPTY_SHARD ? lostShard(newest) : shard;
}
