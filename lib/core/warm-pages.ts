import { reasonOf } from '../basics/errors.ts';
import { mapConcurrently } from '../basics/map-concurrently.ts';
import type { PageKey } from './page/page-key.ts';
import { readFreshness, readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, renderOnce } from './render-once.ts';
import type { RenderOptions } from './render-page.ts';

export interface WarmOptions extends RenderOptions {
  /** How many pages are rendered at once. */
  readonly concurrency: number;
  /** Epoch milliseconds after which no further page is begun. */
  readonly deadline: number;
}

/** `kept`: nobody has to wait for it. `unstored`: a page that may not be stored, or is not there. `left`: no time for it. */
export type WarmOutcome = 'rendered' | 'kept' | 'unstored' | 'failed' | 'left';

export type WarmCounts = Readonly<Record<WarmOutcome, number>>;

export interface WarmReport {
  readonly counts: WarmCounts;
  /** Pages that failed or were left. */
  readonly cold: readonly PageKey[];
}

const PROGRESS_STEP = 100;

/**
 * Renders those of the pages that a viewer would have to wait for, in the given order, before anybody asks for them. What
 * cannot be rendered is left to the first viewer: a deployment never fails for it.
 */
export async function warmPages(
  pageKeys: readonly PageKey[],
  options: WarmOptions,
  ports: RenderOncePorts,
): Promise<WarmReport> {
  const counts: Record<WarmOutcome, number> = { rendered: 0, kept: 0, unstored: 0, failed: 0, left: 0 };
  const cold: PageKey[] = [];
  let done = 0;
  await mapConcurrently(pageKeys, options.concurrency, async (pageKey) => {
    const outcome = await warmPage(pageKey, options, ports);
    counts[outcome] += 1;
    if (outcome === 'failed' || outcome === 'left') cold.push(pageKey);
    done += 1;
    if (done % PROGRESS_STEP === 0)
      ports.log('info', `looked after ${done} of ${pageKeys.length} pages`, { ...counts });
  });
  return { counts, cold };
}

async function warmPage(pageKey: PageKey, options: WarmOptions, ports: RenderOncePorts): Promise<WarmOutcome> {
  if (ports.clock.now() >= options.deadline) return 'left';
  try {
    const seen = await readPageAndLedger(pageKey, ports);
    const freshness = await readFreshness(seen, ports);
    // An expired page is served at once, and regenerated when it is first asked for.
    if (freshness.kind === 'fresh' || (freshness.kind === 'expired' && !freshness.isTooStale)) return 'kept';
    const outcome = await renderOnce(seen, options, ports);
    if (outcome.kind === 'stored') return outcome.isRendered ? 'rendered' : 'kept';
    return outcome.kind === 'failed' ? 'failed' : 'unstored';
  } catch (error) {
    ports.log('warn', `'${pageKey}' stays cold: ${reasonOf(error)}`, { pageKey });
    return 'failed';
  }
}
