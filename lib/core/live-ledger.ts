import { reasonOf } from '../basics/errors.ts';
import type { LedgerSummary } from './ledger/ledger-summary.ts';
import type { RenderedPage } from './page/page.ts';
import type { LedgerStore, Log } from './ports.ts';
import { isInvalidatedBy } from './read-freshness.ts';

/** What the ledger has to know of a live response that the edge wants to keep. */
export type KeptResponse = Pick<RenderedPage, 'pageKey' | 'tags'>;

/** Keeps live responses from the edge that were revalidated while they were made. */
export interface LiveLedger {
  /** The ledger as this sandbox has seen it before the route runs; `undefined` when it could not be read. */
  seen(): Promise<LedgerSummary | undefined>;
  /** Whether the response may be from before a revalidation that `seen` does not have. */
  isOvertaken(response: KeptResponse, seen: LedgerSummary | undefined): Promise<boolean>;
}

/**
 * A route need not wait for the ledger: what this sandbox read last is old, and therefore right. A revalidation since then
 * keeps one response from the edge that need not have been; the one after it is kept.
 */
export function createLiveLedger(ledger: LedgerStore, log: Log): LiveLedger {
  let known: LedgerSummary | undefined;
  const warn = (error: unknown): void => log('warn', `the edge keeps no live response: ${reasonOf(error)}`);
  const read = async (): Promise<LedgerSummary> => {
    known = await ledger.read();
    return known;
  };
  return {
    async seen() {
      try {
        return known ?? (await read());
      } catch (error) {
        warn(error);
        return undefined;
      }
    },
    async isOvertaken(response, seen) {
      if (seen === undefined) return true;
      const ledgerId = seen.id === undefined ? {} : { ledgerId: seen.id };
      try {
        return await isInvalidatedBy(await read(), { ...response, ledgerSequence: seen.sequence, ...ledgerId }, ledger);
      } catch (error) {
        warn(error);
        return true;
      }
    },
  };
}
