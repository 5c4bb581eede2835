import { FAILED_PAGE_SECONDS } from './policy/edge-cache-control.ts';
import { secondsUntilRetry } from './policy/freshness.ts';
import { type Job, NOT_STORED_YET } from './ports.ts';
import { readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, renderOnce } from './render-once.ts';
import type { RenderOptions } from './render-page.ts';

export interface RegenerateOptions extends RenderOptions {
  readonly deploymentId: string;
}

export type RegenerationOutcome =
  /** `dropped`: the page is not there any more, or of a deployment that nobody here renders. */
  | { readonly kind: 'regenerated' | 'still-fresh' | 'no-longer-stored' | 'dropped' }
  /** To be tried again after `seconds`. */
  | { readonly kind: 'failed' | 'too-early' | 'of-another-deployment'; readonly seconds: number };

/** So often a job is given before it is put aside. */
export const JOB_ATTEMPTS = 3;
/** As long as an update of a function's code may take, with the attempts that are left. */
const OTHER_DEPLOYMENT_SECONDS = 30;

/** Does one job, at its first attempt or a later one. Doing it twice is harmless: the second finds a fresh page. */
export async function regeneratePage(
  { pageKey, deploymentId, version }: Job,
  attempt: number,
  options: RegenerateOptions,
  ports: RenderOncePorts,
): Promise<RegenerationOutcome> {
  if (deploymentId !== options.deploymentId) return ofAnotherDeployment(attempt);
  const seen = await readPageAndLedger(pageKey, ports);
  if (seen.page === undefined && version !== NOT_STORED_YET) return { kind: 'dropped' };
  const freshness = await readFreshness(seen, ports);
  if (freshness.kind === 'fresh') return { kind: 'still-fresh' };
  const seconds = seen.page === undefined ? 0 : secondsUntilRetry(seen.page, ports.clock.now());
  if (seconds > 0) return { kind: 'too-early', seconds };
  const outcome = await renderOnce(seen, options, ports);
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'regenerated' };
    case 'not-found':
    case 'private':
      return { kind: 'no-longer-stored' };
    case 'failed':
      return { kind: 'failed', seconds: FAILED_PAGE_SECONDS };
  }
}

/**
 * While a deployment switches, a job of the new one may come to code of the old one. Were it dropped, the queue would
 * drop the next ones as well: for five minutes it takes a job for the same version of a page only once.
 */
function ofAnotherDeployment(attempt: number): RegenerationOutcome {
  if (attempt >= JOB_ATTEMPTS) return { kind: 'dropped' };
  return { kind: 'of-another-deployment', seconds: OTHER_DEPLOYMENT_SECONDS };
}
