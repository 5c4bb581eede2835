import { FAILED_PAGE_SECONDS } from './policy/edge-cache-control.ts';
import { secondsUntilRetry } from './policy/freshness.ts';
import type { Job } from './ports.ts';
import { readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, renderOnce } from './render-once.ts';

export type RegenerationOutcome =
  /** `dropped`: the page is gone, or of another deployment. */
  | { readonly kind: 'regenerated' | 'still-fresh' | 'no-longer-stored' | 'dropped' }
  /** To be tried again after `seconds`. */
  | { readonly kind: 'failed' | 'too-early'; readonly seconds: number };

/** Does one job. Doing it twice is harmless: the second finds a fresh page. */
export async function regeneratePage(
  job: Job,
  deploymentId: string,
  ports: RenderOncePorts,
): Promise<RegenerationOutcome> {
  if (job.deploymentId !== deploymentId) return { kind: 'dropped' };
  const { page, ledger } = await readPageAndLedger(job.pageKey, ports);
  if (page === undefined) return { kind: 'dropped' };
  const freshness = await readFreshness(job.pageKey, page, ledger, ports);
  if (freshness.kind === 'fresh') return { kind: 'still-fresh' };
  const seconds = secondsUntilRetry(page, ports.clock.now());
  if (seconds > 0) return { kind: 'too-early', seconds };
  const outcome = await renderOnce(job.pageKey, page, ledger, ports);
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'regenerated' };
    case 'gone':
    case 'private':
      return { kind: 'no-longer-stored' };
    case 'failed':
      return { kind: 'failed', seconds: FAILED_PAGE_SECONDS };
  }
}
