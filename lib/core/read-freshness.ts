import { EMPTY_LEDGER, type Ledger, type LedgerPage, newerEntry } from './ledger/ledger.ts';
import { isLost, type LedgerSummary, ledgerAbout, shardsConcerning } from './ledger/ledger-summary.ts';
import type { StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { type Freshness, freshnessOf } from './policy/freshness.ts';
import type { Clock, LedgerStore, PageStore } from './ports.ts';

export interface FreshnessPorts {
  readonly ledger: LedgerStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** What was read for a page key. */
export interface PageAndLedger {
  readonly pageKey: PageKey;
  readonly page: StoredPage | undefined;
  readonly ledger: LedgerSummary;
}

/** In one round trip. */
export async function readPageAndLedger(
  pageKey: PageKey,
  ports: { readonly pages: PageStore; readonly ledger: LedgerStore },
): Promise<PageAndLedger> {
  const [page, ledger] = await Promise.all([ports.pages.read(pageKey), ports.ledger.read()]);
  const mayTell = page !== undefined && page.ledgerSequence > 0;
  return { pageKey, page, ledger: mayTell && isLost(ledger, page) ? await ports.ledger.recover(page) : ledger };
}

/** Takes what was just read. Reads shards of the ledger only if they may hold something newer than the page. */
export async function readFreshness(
  { page, ledger }: Pick<PageAndLedger, 'page' | 'ledger'>,
  ports: FreshnessPorts,
): Promise<Freshness> {
  const isOfNoConcern = page === undefined || page.isPrerendered;
  const about = isOfNoConcern ? EMPTY_LEDGER : await readLedgerAbout(page, ledger, ports.ledger);
  return freshnessOf(page, about, ports.clock.now());
}

/** Whether the page was revalidated since it was rendered. */
export async function isInvalidated(page: LedgerPage, store: LedgerStore): Promise<boolean> {
  return isInvalidatedBy(await store.read(), page, store);
}

/** As above, by a summary that was just read. */
export async function isInvalidatedBy(summary: LedgerSummary, page: LedgerPage, store: LedgerStore): Promise<boolean> {
  return newerEntry(await readLedgerAbout(page, summary, store), page) !== undefined;
}

async function readLedgerAbout(page: LedgerPage, summary: LedgerSummary, store: LedgerStore): Promise<Ledger> {
  const numbers = shardsConcerning(summary, page);
  const shards = numbers.length === 0 ? new Map() : await store.readShards(numbers, summary);
  return ledgerAbout(summary, shards, page);
}
