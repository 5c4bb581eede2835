import { mapConcurrently } from '../basics/map-concurrently.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import { jsonObjects, type Seen } from '../core/bucket/json-objects.ts';
import {
  appendToSummary,
  EMPTY_SUMMARY,
  isLedgerSummary,
  type LedgerSummary,
  namesByShard,
  nextSequence,
  renewedSummary,
} from '../core/ledger/ledger-summary.ts';
import type { Clock, LedgerStore, Log } from '../core/ports.ts';
import { CONCURRENT_CALLS, openLedgerShards } from './ledger-shards.ts';
import { replaceObject } from './replace-object.ts';

const SUMMARY_KEY = '_isr/ledger.json';

/**
 * A summary and its shards, each an object of the bucket that is kept in memory and read again only if it changed.
 *
 * An append writes the shards first, with the sequence after the one that it has just read, and then the summary, in
 * which it takes the next sequence. It is done when the summary stands: a reader that sees it finds the entries in the
 * shards. A page with that sequence or a higher one read it from a summary that was written after the append began, so
 * its render was later; an append that dies between the two only leaves entries that put too much out of date.
 *
 * What is lost is never taken for what never was: a shard that the summary knows and that is not there counts as if all
 * of its names had been revalidated, and a summary that is not there, or that is older than one seen before, as if
 * everything had.
 */
export function createS3LedgerStore(bucket: Bucket, clock: Clock, log: Log = () => undefined): LedgerStore {
  const summaries = jsonObjects<LedgerSummary>(bucket, { whenAbsent: EMPTY_SUMMARY, isOurs: isLedgerSummary, log });
  const shards = openLedgerShards(bucket, clock, log);
  let knownSummary: Seen<LedgerSummary> | undefined;
  /** Of all summaries that this store has seen. */
  let highest = 0;

  function know(seen: Seen<LedgerSummary>): Seen<LedgerSummary> {
    knownSummary = seen;
    highest = Math.max(highest, seen.value.sequence);
    return seen;
  }

  const readSummary = async (): Promise<Seen<LedgerSummary>> => know(await summaries.read(SUMMARY_KEY, knownSummary));

  async function replaceSummary(
    seen: Seen<LedgerSummary>,
    change: (summary: LedgerSummary) => LedgerSummary,
  ): Promise<LedgerSummary> {
    return know(await replaceObject(SUMMARY_KEY, seen, change, summaries, clock)).value;
  }

  /** The summary, or a new one if it does not know `known`. */
  const renewUnlessKnown = (summary: LedgerSummary, known: number): LedgerSummary =>
    isLost(summary, known) ? renewedSummary(summary, known, clock.now()) : summary;

  return {
    read: async () => (await readSummary()).value,
    readShards: shards.read,
    async append(names) {
      const known = highest;
      const reading = readSummary();
      const naming = reading.then(({ value }) => nextSequence(value, clock.now()));
      await mapConcurrently([...namesByShard(names)], CONCURRENT_CALLS, async ([shard, own]) =>
        shards.add(shard, own, reading, naming),
      );
      const [before, named] = await Promise.all([reading, naming]);
      if (isLost(before.value, known)) log('error', LOST, { known });
      const { sequence } = await replaceSummary(before, (summary) =>
        appendToSummary(renewUnlessKnown(summary, known), names, clock.now(), named),
      );
      return sequence;
    },
    async begin() {
      return replaceSummary(await readSummary(), (summary) => renewUnlessKnown(summary, 0));
    },
    async recover(known) {
      // Read again: the page may have been written after the ledger was read.
      const seen = await readSummary();
      if (!isLost(seen.value, known)) return seen.value;
      log('error', LOST, { known });
      return replaceSummary(seen, (summary) => renewUnlessKnown(summary, known));
    },
  };
}

const LOST = 'the ledger was lost, or an older one put in its place: every page is out of date';

function isLost({ sequence }: LedgerSummary, known: number): boolean {
  return sequence === 0 || sequence < known;
}
