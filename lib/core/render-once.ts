import { reasonOf } from '../basics/errors.ts';
import type { LedgerSummary } from './ledger/ledger-summary.ts';
import { factsOf, type PageFacts, type SiteAnswer, type StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { FAILED_PAGE_SECONDS } from './policy/edge-cache-control.ts';
import { secondsUntilRetry } from './policy/freshness.ts';
import { isGone } from './policy/storability.ts';
import type { LeaseStore, LedgerStore, Log, PageStore } from './ports.ts';
import { type PageAndLedger, readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type Rendering, type RenderPorts, renderPage } from './render-page.ts';
import { storePage } from './store-page.ts';

export interface RenderOncePorts extends RenderPorts {
  readonly pages: PageStore;
  readonly ledger: LedgerStore;
  readonly leases: LeaseStore;
  readonly log: Log;
  /** Whether the caller purges what it replaces. */
  readonly isRevalidation?: boolean;
}

export type RenderOutcome =
  /** The page is stored and fresh. `rendered`: by us; `changed`: viewers get something else than before. */
  | { readonly kind: 'stored'; readonly page: StoredPage; readonly rendered: boolean; readonly changed: boolean }
  /** Nothing is under this path, and nothing was. */
  | { readonly kind: 'gone'; readonly answer: SiteAnswer; readonly facts: PageFacts }
  | { readonly kind: 'private'; readonly answer: SiteAnswer; readonly reason: string }
  /** `old`: what stays in place; `answer`: what the site said, unless it threw. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly answer: SiteAnswer | undefined;
      readonly old: StoredPage | undefined;
    };

/** After each so long, one follower renders beside whoever does already: neither the dead nor the slow block anyone. */
const HEDGE_MS = 3000;
/** Then everybody renders: there must be an answer before CloudFront gives up. */
const MAX_RANK = 2;
const FIRST_POLL_MS = 25;
const LONGEST_POLL_MS = 400;

/**
 * Renders the page and stores it, at most once for any number of callers at the same time: one holds the lease, the
 * others wait for its result. `old` and `ledger` are what the caller has just read.
 */
export async function renderOnce(
  key: PageKey,
  old: StoredPage | undefined,
  ledger: LedgerSummary,
  ports: RenderOncePorts,
): Promise<RenderOutcome> {
  const begun = ports.clock.now();
  let seen = { page: old, ledger };
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    const rank = Math.floor((ports.clock.now() - begun) / HEDGE_MS);
    if (rank > MAX_RANK) return renderAndStore(key, seen.page, seen.ledger, ports);
    const lease = await ports.leases.acquire(key, rank);
    if (lease !== undefined) {
      let isShared = true;
      try {
        // Between our read and the lease, its last holder may have finished.
        const page = await ports.pages.read(key);
        const outcome = await renderUnlessFresh(key, { page, ledger: seen.ledger }, ports);
        isShared = outcome.kind !== 'private';
        return outcome;
      } finally {
        await (isShared ? lease.release() : lease.open());
      }
    }
    await ports.clock.sleep(poll);
    seen = await readPageAndLedger(key, ports);
    const settled = await settledOutcome(key, seen, ports);
    if (settled !== undefined) return settled;
  }
}

/** What somebody else's render left, when that settles the matter. */
async function settledOutcome(
  key: PageKey,
  { page, ledger }: PageAndLedger,
  ports: RenderOncePorts,
): Promise<RenderOutcome | undefined> {
  if (page === undefined) return undefined;
  if ((await readFreshness(key, page, ledger, ports)).kind === 'fresh') {
    return { kind: 'stored', page, rendered: false, changed: false };
  }
  if (secondsUntilRetry(page, ports.clock.now()) === 0) return undefined;
  return { kind: 'failed', reason: 'the last render failed', answer: undefined, old: page };
}

async function renderUnlessFresh(key: PageKey, seen: PageAndLedger, ports: RenderOncePorts): Promise<RenderOutcome> {
  return (await settledOutcome(key, seen, ports)) ?? renderAndStore(key, seen.page, seen.ledger, ports);
}

async function renderAndStore(
  key: PageKey,
  old: StoredPage | undefined,
  ledger: LedgerSummary,
  ports: RenderOncePorts,
): Promise<RenderOutcome> {
  let rendering: Rendering;
  try {
    rendering = await renderPage(key, ledger, ports);
  } catch (error) {
    return fail(key, reasonOf(error), undefined, old, ports);
  }
  const { answer, storability } = rendering;
  switch (storability.kind) {
    case 'failed':
      return fail(key, storability.reason, answer, old, ports);
    case 'private':
      if (old !== undefined) await ports.pages.remove(key, old.etag);
      return { kind: 'private', answer, reason: storability.reason };
    case 'storable': {
      if (isGone(answer.status) && old === undefined) return { kind: 'gone', answer, facts: storability.facts };
      const outcome = await storePage(key, storability.facts, answer.body, old, ports.pages, ports.isRevalidation);
      const changed = outcome.kind === 'written' && outcome.changed;
      return { kind: 'stored', page: outcome.page, rendered: true, changed };
    }
  }
}

/** Notes on the old page when to try again. Should another render have replaced it meanwhile, that one stands. */
async function fail(
  key: PageKey,
  reason: string,
  answer: SiteAnswer | undefined,
  old: StoredPage | undefined,
  ports: RenderOncePorts,
): Promise<RenderOutcome> {
  ports.log('error', `rendering '${key}' failed: ${reason}`, { pageKey: key, oldPageStays: old !== undefined });
  if (old === undefined) return { kind: 'failed', reason, answer, old };
  const retryAt = ports.clock.now() + FAILED_PAGE_SECONDS * 1000;
  const etag = await ports.pages.write(key, { ...factsOf(old), retryAt }, old.body, { etag: old.etag });
  const stays = etag === 'conflict' ? await ports.pages.read(key) : { ...old, retryAt, etag };
  return { kind: 'failed', reason, answer, old: stays ?? old };
}
