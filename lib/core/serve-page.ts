import { reasonOf } from '../basics/errors.ts';
import type { LedgerSummary } from './ledger/ledger-summary.ts';
import { type StoredPage, versionOf } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { FAILED_PAGE_SECONDS, STALE_PAGE_SECONDS } from './policy/edge-cache-control.ts';
import { secondsUntilExpiry, secondsUntilRetry } from './policy/freshness.ts';
import {
  failedPage,
  freshPage,
  gonePage,
  type IsrCacheState,
  onlyForThisViewer,
  passedThrough,
  type ServedPage,
  stalePage,
} from './policy/served-page.ts';
import type { JobQueue } from './ports.ts';
import { isRevalidated, readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, type RenderOutcome, renderOnce } from './render-once.ts';

export interface ServePorts extends RenderOncePorts {
  readonly jobs: JobQueue;
}

/** The whole path of a request for a page, once the edge has no copy of it. */
export async function servePage(key: PageKey, ports: ServePorts): Promise<ServedPage> {
  const { page, ledger } = await readPageAndLedger(key, ports);
  const freshness = await readFreshness(key, page, ledger, ports);
  if (page === undefined || freshness.kind === 'missing') return serveRendered(key, undefined, ledger, 'MISS', ports);
  if (freshness.kind === 'fresh') {
    return freshPage(key, page, page.prerendered ? 'PRERENDERED' : 'HIT', freshness.secondsLeft);
  }
  const wait = secondsUntilRetry(page, ports.clock.now());
  if (wait > 0) return stalePage(key, page, wait, 'render-failed');
  if (freshness.kind === 'expired' && !freshness.tooStale) {
    await requestRegeneration(key, page, ports);
    return stalePage(key, page, STALE_PAGE_SECONDS, 'expired');
  }
  return serveRendered(key, page, ledger, 'REVALIDATED', ports);
}

async function serveRendered(
  key: PageKey,
  old: StoredPage | undefined,
  ledger: LedgerSummary,
  state: IsrCacheState,
  ports: ServePorts,
): Promise<ServedPage> {
  const outcome = await renderOnce(key, old, ledger, ports);
  if (outcome.kind === 'failed' && outcome.old !== undefined) await requestRegeneration(key, outcome.old, ports);
  const answer = answerOf(key, outcome, state, ports);
  // What was revalidated while this render ran has been purged from the edge already; our answer must not bring it back.
  const facts = outcome.kind === 'stored' ? outcome.page : outcome.kind === 'gone' ? outcome.facts : undefined;
  if (facts !== undefined && (await isRevalidated(key, facts, ports.ledger))) return onlyForThisViewer(answer);
  return answer;
}

/** The answer to a request that had to wait for a render. */
export function answerOf(key: PageKey, outcome: RenderOutcome, state: IsrCacheState, ports: ServePorts): ServedPage {
  switch (outcome.kind) {
    case 'stored': {
      // At least one: a page that expires within the second was fresh when it was rendered for this request.
      const left = Math.max(1, secondsUntilExpiry(outcome.page, ports.clock.now()));
      return freshPage(key, outcome.page, outcome.rendered ? state : 'HIT', left);
    }
    case 'gone':
      return gonePage(key, outcome.facts, outcome.answer.body);
    case 'private':
      return passedThrough(outcome.answer, outcome.reason);
    case 'failed':
      if (outcome.old !== undefined) return stalePage(key, outcome.old, FAILED_PAGE_SECONDS, 'render-failed');
      if (outcome.answer !== undefined) return passedThrough(outcome.answer, outcome.reason);
      return failedPage('This page could not be rendered. The log of the serve function says why.\n');
  }
}

/** Awaited by the caller: Lambda may freeze the process as soon as the response is sent. */
async function requestRegeneration(key: PageKey, page: StoredPage, ports: ServePorts): Promise<void> {
  try {
    await ports.jobs.requestRegeneration(key, versionOf(page));
  } catch (error) {
    // The old page is worth more than the message: the next request asks again.
    ports.log('error', `could not ask for a regeneration of '${key}': ${reasonOf(error)}`, { pageKey: key });
  }
}
