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

/**
 * `upTo`: the summary's number of the shard, when it was read before the shard. `ledgerId`: of that summary. A ledger that
 * replaces a lost one may have lower numbers, so what is known of the shards of another says nothing.
 */
type KnownShard = Seen<LedgerShard> & { readonly upTo: number; readonly ledgerId: string | undefined };

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

  async function readShard(shard: number, { id: ledgerId, shards }: LedgerSummary): Promise<LedgerShard> {
    const known = knownShards.get(shard);
    const upTo = shards[shard] ?? 0;
    const isCurrent = known !== undefined && known.ledgerId === ledgerId && known.upTo >= upTo;
    const seen = isCurrent ? known : { ...(await objects.read(shardKey(shard), known)), upTo, ledgerId };
    keep(shard, seen);
    return unlessLost(seen.value, upTo);
  }

  return {
    async read(shards, summary) {
      const values = await mapConcurrently(shards, CONCURRENT_CALLS, async (shard) => {
        return [shard, await readShard(shard, summary)] as const;
      });
      return new Map(values);
    },
    async add(shard, names, reading, naming) {
      const key = shardKey(shard);
      const known = knownShards.get(shard);
      const [{ value: summary }, sequence, found] = await Promise.all([reading, naming, known ?? objects.read(key)]);
      const isOfAnother = known !== undefined && known.ledgerId !== summary.id;
      const current = isOfAnother ? await objects.read(key, known) : found;
      const newest = summary.shards[shard] ?? 0;
      const add = (value: LedgerShard): LedgerShard =>
        addToShard(unlessLost(value, newest), names, sequence, summary.floor);
      const written = await replaceObject(key, current, add, objects, clock);
      // Another append may write it before the summary tells of ours, so it counts no further than before.
      keep(shard, { ...written, upTo: isOfAnother ? 0 : (known?.upTo ?? 0), ledgerId: summary.id });
    },
  };
}

/** A shard that is not there, or not ours, although the summary says that it was written to. */
function unlessLost(shard: LedgerShard, newest: number): LedgerShard {
  return shard === EMPTY_SHARD ? lostShard(newest) : shard;
}
