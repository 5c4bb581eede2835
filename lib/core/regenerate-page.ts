import { FAILED_PAGE_SECONDS } from './policy/edge-cache-control.ts';
import { secondsUntilRetry } from './policy/freshness.ts';
import type { Job } from './ports.ts';
import { readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, renderOnce } from './render-once.ts';
import type { RenderOptions } from './render-page.ts';

export interface RegenerateOptions extends RenderOptions {
  readonly deploymentId: string;
}

export type RegenerationOutcome =
  /** `dropped`: the page is not there any more, or of another deployment. */
  | { readonly kind: 'regenerated' | 'still-fresh' | 'no-longer-stored' | 'dropped' }
  /** To be tried again after `seconds`. */
  | { readonly kind: 'failed' | 'too-early'; readonly seconds: number };

/** Does one job. Doing it twice is harmless: the second finds a fresh page. */
export async function regeneratePage(
  { pageKey, deploymentId }: Job,
  options: RegenerateOptions,
  ports: RenderOncePorts,
): Promise<RegenerationOutcome> {
  if (deploymentId !== options.deploymentId) return { kind: 'dropped' };
  const seen = await readPageAndLedger(pageKey, ports);
  if (seen.page === undefined) return { kind: 'dropped' };
  const freshness = await readFreshness(seen, ports);
  if (freshness.kind === 'fresh') return { kind: 'still-fresh' };
  const seconds = secondsUntilRetry(seen.page, ports.clock.now());
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
