import { randomUUID } from 'node:crypto';
import { mapConcurrently } from '../basics/map-concurrently.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import { jsonObjects, type Seen } from '../core/bucket/json-objects.ts';
import {
  appendToSummary,
  EMPTY_SUMMARY,
  isLedgerSummary,
  isLost,
  type KnownLedger,
  type LedgerSummary,
  namesByShard,
  newSummary,
  nextSequence,
} from '../core/ledger/ledger-summary.ts';
import type { Clock, LedgerStore, Log } from '../core/ports.ts';
import { CONCURRENT_CALLS, openLedgerShards } from './ledger-shards.ts';
import { replaceObject } from './replace-object.ts';

const SUMMARY_KEY = '_isr/ledger.json';

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
 *
 * What is lost is never taken for what never was. A shard that the summary knows and that is not there counts as if all
 * of its names had been revalidated. A summary that is not there, or older than one that was seen, is replaced by the
 * summary of a new ledger, and pages of the ledger before it are invalid.
 */
export function createS3LedgerStore(bucket: Bucket, clock: Clock, log: Log = () => undefined): LedgerStore {
  const onForeign = (key: string): void =>
    log('error', `'${key}' is not what was written, and counts as absent until it is written again`, { key });
  const summaries = jsonObjects<LedgerSummary>(bucket, {
    whenAbsent: EMPTY_SUMMARY,
    isOurs: isLedgerSummary,
    onForeign,
  });
  const shards = openLedgerShards(bucket, clock, onForeign);
  let knownSummary: Seen<LedgerSummary> | undefined;
  /** The newest that this store has seen. */
  let newest: KnownLedger = { ledgerSequence: 0 };

  function know(seen: Seen<LedgerSummary>): Seen<LedgerSummary> {
    knownSummary = seen;
    const { id, sequence } = seen.value;
    if (id !== newest.ledgerId || sequence > newest.ledgerSequence) {
      newest = { ...(id === undefined ? {} : { ledgerId: id }), ledgerSequence: sequence };
    }
    return seen;
  }

  const readSummary = async (): Promise<Seen<LedgerSummary>> => know(await summaries.read(SUMMARY_KEY, knownSummary));

  async function replaceSummary(
    seen: Seen<LedgerSummary>,
    change: (summary: LedgerSummary) => LedgerSummary,
  ): Promise<LedgerSummary> {
    return know(await replaceObject(SUMMARY_KEY, seen, change, summaries, clock)).value;
  }

  const unlessLost = (summary: LedgerSummary, known: KnownLedger): LedgerSummary =>
    isLost(summary, known) ? newSummary(randomUUID(), clock.now()) : summary;

  return {
    read: async () => (await readSummary()).value,
    readShards: shards.read,
    async append(names) {
      const known = newest;
      const reading = readSummary();
      const naming = reading.then(({ value }) => nextSequence(value, clock.now()));
      await mapConcurrently([...namesByShard(names)], CONCURRENT_CALLS, async ([shard, own]) =>
        shards.add(shard, own, reading, naming),
      );
      const [before, named] = await Promise.all([reading, naming]);
      if (isLost(before.value, known)) log('error', LOST, { ...known });
      const { sequence } = await replaceSummary(before, (summary) =>
        appendToSummary(unlessLost(summary, known), names, clock.now(), named),
      );
      return sequence;
    },
    async begin() {
      return replaceSummary(await readSummary(), (summary) => unlessLost(summary, newest));
    },
    async recover(known) {
      // Read again: the page may have been written after the ledger was read.
      const seen = await readSummary();
      if (!isLost(seen.value, known)) return seen.value;
      log('error', LOST, { ...known });
      return replaceSummary(seen, (summary) => unlessLost(summary, known));
    },
  };
}

const LOST = 'the ledger was lost, or an older one put in its place: every page is invalidated';
