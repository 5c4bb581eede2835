import { reasonOf } from '../basics/errors.ts';
import { mapConcurrently } from '../basics/map-concurrently.ts';
import type { StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import type { Clock, Log, PageStore } from './ports.ts';

export interface HandOverPorts {
  /** Pages of the deployment that was served before. */
  readonly before: PageStore;
  readonly pages: PageStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface HandOverOptions {
  /** How many pages are copied at once. */
  readonly concurrency: number;
  /** Epoch milliseconds after which no further page is begun. */
  readonly deadline: number;
}

/**
 * Puts pages of the deployment before where the next one has none yet. They count as too stale: whoever asks for one waits
 * for its render, and gets the old page only if that fails, or if no function answers. Resolves with how many there were.
 */
export async function handOverPages(
  pageKeys: readonly PageKey[],
  options: HandOverOptions,
  ports: HandOverPorts,
): Promise<number> {
  const handed = await mapConcurrently(pageKeys, options.concurrency, async (pageKey) => {
    if (ports.clock.now() >= options.deadline) return false;
    return handOver(pageKey, ports).catch((error: unknown) => {
      ports.log('warn', `'${pageKey}' could not be handed over: ${reasonOf(error)}`, { pageKey });
      return false;
    });
  });
  return handed.filter(Boolean).length;
}

async function handOver(pageKey: PageKey, { before, pages, clock }: HandOverPorts): Promise<boolean> {
  const page = await before.read(pageKey);
  // What the build before has made is among its files. The next build knows its own.
  if (page === undefined || page.isPrerendered) return false;
  return (await pages.write(tooStale(page, clock.now()), { absent: true })) !== 'conflict';
}

const LONG_AGO_MS = 60_000;

function tooStale({ etag, isPrerendered, retryAt, ...page }: StoredPage, now: number) {
  const renderedAt = Math.min(page.renderedAt, now - LONG_AGO_MS);
  return { ...page, renderedAt, expiration: 1, staleWhileRevalidate: 0 };
}
