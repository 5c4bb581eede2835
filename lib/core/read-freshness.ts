import { EMPTY_LEDGER, type Ledger, newerEntry } from './ledger/ledger.ts';
import { type LedgerSummary, ledgerAbout, shardsConcerning } from './ledger/ledger-summary.ts';
import type { PageFacts, StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { type Freshness, freshnessOf } from './policy/freshness.ts';
import type { Clock, LedgerStore, PageStore } from './ports.ts';

export interface FreshnessPorts {
  readonly ledger: LedgerStore;
  readonly clock: Pick<Clock, 'now'>;
}

export interface PageAndLedger {
  readonly page: StoredPage | undefined;
  readonly ledger: LedgerSummary;
}

/** In one round trip. */
export async function readPageAndLedger(
  key: PageKey,
  ports: { readonly pages: PageStore; readonly ledger: LedgerStore },
): Promise<PageAndLedger> {
  const [page, ledger] = await Promise.all([ports.pages.read(key), ports.ledger.read()]);
  return { page, ledger };
}

/** `page` and `summary` as they have just been read. Reads more only if something that concerns the page may be newer. */
export async function readFreshness(
  key: PageKey,
  page: StoredPage | undefined,
  summary: LedgerSummary,
  ports: FreshnessPorts,
): Promise<Freshness> {
  const isOfNoConcern = page === undefined || page.prerendered;
  const ledger = isOfNoConcern ? EMPTY_LEDGER : await readLedgerAbout(key, page, summary, ports.ledger);
  return freshnessOf(key, page, ledger, ports.clock.now());
}

/** Whether the page was revalidated since it was rendered. */
export async function isRevalidated(key: PageKey, page: PageFacts, store: LedgerStore): Promise<boolean> {
  return newerEntry(await readLedgerAbout(key, page, await store.read(), store), key, page) !== undefined;
}

async function readLedgerAbout(
  key: PageKey,
  page: PageFacts,
  summary: LedgerSummary,
  store: LedgerStore,
): Promise<Ledger> {
  const numbers = shardsConcerning(summary, key, page);
  const shards = numbers.length === 0 ? new Map() : await store.readShards(numbers, summary);
  return ledgerAbout(summary, shards, key, page);
}
