import { reasonOf } from '../basics/errors.ts';
import { keepAtEdge } from './keep-at-edge.ts';
import { versionOf } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { FAILED_PAGE_SECONDS, staleSeconds } from './policy/edge-cache-control.ts';
import { secondsUntilExpiry, secondsUntilRetry } from './policy/freshness.ts';
import {
  failedPage,
  freshPage,
  notFoundPage,
  passedThrough,
  type RenderCause,
  renderedPage,
  type ServedPage,
  stalePage,
  tooSlowPage,
} from './policy/served-page.ts';
import { type JobQueue, NOT_STORED_YET } from './ports.ts';
import { type PageAndLedger, readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, type RenderOutcome, renderOnce } from './render-once.ts';
import type { RenderOptions } from './render-page.ts';

export interface ServePorts extends RenderOncePorts {
  readonly jobs: JobQueue;
}

/** Responds to a request for a page of which the edge has no fresh copy. */
export async function servePage(pageKey: PageKey, options: RenderOptions, ports: ServePorts): Promise<ServedPage> {
  const begun = ports.clock.now();
  const seen = await readPageAndLedger(pageKey, ports);
  const { page } = seen;
  const freshness = await readFreshness(seen, ports);
  if (page === undefined || freshness.kind === 'missing') return serveRendered(seen, 'missing', options, ports);
  if (freshness.kind === 'fresh') {
    const hit = freshPage(page, freshness.secondsLeft);
    return keepAtEdge(hit, page.isPrerendered ? undefined : page, begun, ports);
  }
  const wait = secondsUntilRetry(page, ports.clock.now());
  if (wait > 0) return stalePage(page, wait, 'render-failed');
  if (freshness.kind === 'expired' && !freshness.isTooStale) {
    await requestJob(pageKey, versionOf(page), ports);
    const stale = stalePage(page, staleSeconds(page, freshness.secondsAgo), 'expired');
    return keepAtEdge(stale, page, begun, ports);
  }
  return serveRendered(seen, freshness.kind === 'expired' ? 'too-stale' : 'invalidated', options, ports);
}

async function serveRendered(
  seen: PageAndLedger,
  cause: RenderCause,
  options: RenderOptions,
  ports: ServePorts,
): Promise<ServedPage> {
  const outcome = await renderOnce(seen, options, ports);
  if (outcome.kind === 'failed') await leaveToJob(outcome, seen.pageKey, options, ports);
  const served = servedOutcome(outcome, cause, ports.clock.now());
  // A revalidation during this render has purged the edge already. Our page is older, and must not get into the edge.
  return keepAtEdge(served, 'page' in outcome ? outcome.page : undefined, 0, ports);
}

/** The response to a request that had to wait for a render. `now`: epoch milliseconds. */
function servedOutcome(outcome: RenderOutcome, cause: RenderCause, now: number): ServedPage {
  switch (outcome.kind) {
    case 'stored': {
      // At least 1: the page was rendered for this request, even if it expires within the second.
      const left = Math.max(1, secondsUntilExpiry(outcome.page, now));
      return outcome.isRendered ? renderedPage(outcome.page, cause, left) : freshPage(outcome.page, left);
    }
    case 'not-found':
      return notFoundPage(outcome.page);
    case 'private':
      return passedThrough(outcome.response, outcome.reason);
    case 'failed':
      if (outcome.old !== undefined) return stalePage(outcome.old, FAILED_PAGE_SECONDS, 'render-failed');
      if (outcome.response !== undefined) return passedThrough(outcome.response, outcome.reason);
      if (outcome.isTooSlow) return tooSlowPage();
      return failedPage('This page could not be rendered. The log of the serve function says why.\n');
  }
}

/** A job may succeed where we did not: later, or because it has more time. */
async function leaveToJob(
  { old, isTooSlow }: Extract<RenderOutcome, { kind: 'failed' }>,
  pageKey: PageKey,
  { jobsMayTakeLonger }: RenderOptions,
  ports: ServePorts,
): Promise<void> {
  if (old !== undefined) await requestJob(pageKey, versionOf(old), ports);
  else if (isTooSlow && jobsMayTakeLonger) await requestJob(pageKey, NOT_STORED_YET, ports);
}

/** The caller awaits it: Lambda may freeze the process once the response is sent. */
async function requestJob(pageKey: PageKey, version: string, { jobs, log }: ServePorts): Promise<void> {
  try {
    await jobs.requestRegeneration(pageKey, version);
  } catch (error) {
    // Serve the old page all the same: the next request asks again.
    log('error', `could not ask for a regeneration of '${pageKey}': ${reasonOf(error)}`, { pageKey });
  }
}
