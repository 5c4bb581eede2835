import { IsrError, reasonOf } from '../basics/errors.ts';
import type { RenderedPage, SiteResponse, StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { FAILED_PAGE_SECONDS } from './policy/edge-cache-control.ts';
import { secondsUntilRetry } from './policy/freshness.ts';
import { isNotFound, obstacleTo } from './policy/storability.ts';
import type { Lease, LeaseStore, LedgerStore, Log, PageStore } from './ports.ts';
import { type PageAndLedger, readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type Rendering, type RenderOptions, type RenderPorts, renderPage } from './render-page.ts';
import { storePage } from './store-page.ts';

export interface RenderOncePorts extends RenderPorts {
  readonly pages: PageStore;
  readonly ledger: LedgerStore;
  readonly leases: LeaseStore;
  readonly log: Log;
  /** Writes each message once. */
  readonly logOnce: Log;
}

export type RenderOutcome =
  /** The page is stored and fresh. `isRendered`: by this call. `isChanged`: viewers get something else than before. */
  | { readonly kind: 'stored'; readonly page: StoredPage; readonly isRendered: boolean; readonly isChanged: boolean }
  /** Nothing is under this path, and nothing was stored. */
  | { readonly kind: 'not-found'; readonly page: RenderedPage }
  | { readonly kind: 'private'; readonly response: SiteResponse; readonly reason: string }
  /** `old`: what stays stored. `response`: absent when the site threw. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly response?: SiteResponse | undefined;
      readonly old?: StoredPage | undefined;
      /** The render took longer than it may. */
      readonly isTooSlow?: boolean;
    };

/** After each such span one of the callers who wait renders too, as a hedge against a slow or dead render. */
const HEDGE_MS = 3000;
/** After so many hedges each caller renders, since CloudFront would give up soon. */
const MAX_HEDGES = 2;
const FIRST_POLL_MS = 25;
const LONGEST_POLL_MS = 400;

/**
 * Renders the page and stores it. For many callers at the same time there is one render: one caller holds the lease, and
 * the others wait for its page. `first`: what the caller has just read.
 */
export async function renderOnce(
  first: PageAndLedger,
  options: RenderOptions,
  ports: RenderOncePorts,
): Promise<RenderOutcome> {
  const { pageKey } = first;
  const begun = ports.clock.now();
  let seen = first;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    const hedge = Math.floor((ports.clock.now() - begun) / HEDGE_MS);
    if (hedge > MAX_HEDGES) return renderAndStore(seen, options, ports);
    const lease = await ports.leases.acquire(pageKey, hedge);
    if (lease !== undefined) return renderUnderLease(lease, pageKey, options, ports);
    await ports.clock.sleep(poll);
    seen = await readPageAndLedger(pageKey, ports);
    const settled = await settledOutcome(seen, ports);
    if (settled !== undefined) return settled;
  }
}

async function renderUnderLease(
  lease: Lease,
  pageKey: PageKey,
  options: RenderOptions,
  ports: RenderOncePorts,
): Promise<RenderOutcome> {
  let isShared = true;
  try {
    // Between our read and the lease, its last holder may have finished.
    const seen = await readPageAndLedger(pageKey, ports);
    const outcome = (await settledOutcome(seen, ports)) ?? (await renderAndStore(seen, options, ports));
    isShared = outcome.kind !== 'private';
    return outcome;
  } finally {
    await endLease(lease, isShared, pageKey, ports);
  }
}

/** What was rendered stands, and a lease ends by itself: that it could not be given back is no failure. */
async function endLease(lease: Lease, isShared: boolean, pageKey: PageKey, { log }: RenderOncePorts): Promise<void> {
  try {
    await (isShared ? lease.release() : lease.open());
  } catch (error) {
    log('warn', `the lease of '${pageKey}' ends by itself: ${reasonOf(error)}`, { pageKey });
  }
}

/** The outcome, when somebody else's render has decided it already. */
async function settledOutcome(seen: PageAndLedger, ports: RenderOncePorts): Promise<RenderOutcome | undefined> {
  const { page } = seen;
  if (page === undefined) return undefined;
  if ((await readFreshness(seen, ports)).kind === 'fresh') {
    return { kind: 'stored', page, isRendered: false, isChanged: false };
  }
  if (secondsUntilRetry(page, ports.clock.now()) === 0) return undefined;
  return { kind: 'failed', reason: 'the last render failed', old: page };
}

async function renderAndStore(
  seen: PageAndLedger,
  options: RenderOptions,
  ports: RenderOncePorts,
): Promise<RenderOutcome> {
  const { pageKey, page: old } = seen;
  let rendering: Rendering;
  try {
    const ledger = seen.ledger.sequence > 0 ? seen.ledger : await ports.ledger.begin();
    rendering = await renderPage(pageKey, ledger, options, ports);
  } catch (error) {
    const isTooSlow = error instanceof IsrError && error.code === 'RENDER_TIMEOUT';
    return { ...(await fail(reasonOf(error), undefined, seen, ports)), isTooSlow };
  }
  const { response, storability } = rendering;
  switch (storability.kind) {
    case 'failed':
      return fail(storability.reason, response, seen, ports);
    case 'private':
      warnOfObstacle(pageKey, response, ports.logOnce);
      if (old !== undefined) await ports.pages.remove(old);
      return { kind: 'private', response, reason: storability.reason };
    case 'storable': {
      const { page } = storability;
      if (isNotFound(page.status) && old === undefined) return { kind: 'not-found', page };
      const stored = await storePage(page, old, ports.pages);
      if (stored.kind === 'removed') return { kind: 'private', response, reason: 'removed meanwhile' };
      const isChanged = stored.kind === 'written' && stored.isChanged;
      return { kind: 'stored', page: stored.page, isRendered: true, isChanged };
    }
  }
}

/** A site that says `private` means it. A cookie or a `Vary` may be there by chance, and each viewer waits for a render. */
function warnOfObstacle(pageKey: PageKey, response: SiteResponse, log: Log): void {
  const obstacle = obstacleTo(response);
  if (obstacle === undefined) return;
  const what = response.headers.has('set-cookie') ? `${obstacle}, which viewers do not get` : obstacle;
  log('warn', `'${pageKey}' is not stored (${what}); make its route a live one, or leave that out`, { pageKey });
}

/** Notes on the old page when to try again. If another render has replaced it meanwhile, that page stays. */
async function fail(
  reason: string,
  response: SiteResponse | undefined,
  { pageKey, page: old }: PageAndLedger,
  { clock, log, pages }: RenderOncePorts,
): Promise<Extract<RenderOutcome, { kind: 'failed' }>> {
  log('error', `rendering '${pageKey}' failed: ${reason}`, { pageKey, oldPageStays: old !== undefined });
  if (old === undefined) return { kind: 'failed', reason, response };
  const noted = { ...old, retryAt: clock.now() + FAILED_PAGE_SECONDS * 1000 };
  const etag = await pages.write(noted, { etag: old.etag });
  const stays = etag === 'conflict' ? await pages.read(pageKey) : { ...noted, etag };
  return { kind: 'failed', reason, response, old: stays ?? old };
}
