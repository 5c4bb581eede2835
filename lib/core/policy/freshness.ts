import { type Ledger, newerEntry } from '../ledger/ledger.ts';
import type { PageFacts, StoredPage } from '../page/page.ts';

export const ONE_YEAR_SECONDS = 31_536_000;

export type Freshness =
  | { readonly kind: 'missing' }
  | { readonly kind: 'fresh'; readonly secondsLeft: number }
  /** `isTooStale`: longer ago than the page's stale-while-revalidate, so it is served only if a render fails. */
  | { readonly kind: 'expired'; readonly secondsAgo: number; readonly isTooStale: boolean }
  /** `by`: the name of the ledger's entry that covers the page, or `floor`. */
  | { readonly kind: 'invalidated'; readonly by: string; readonly sequence: number };

/** `now` in epoch milliseconds. Only whole seconds count: with less than one left, the page has expired. */
export function freshnessOf(page: StoredPage | undefined, ledger: Ledger, now: number): Freshness {
  if (page === undefined) return { kind: 'missing' };
  // Only a build can make it anew: the server bundle does not have its route.
  if (page.isPrerendered) return { kind: 'fresh', secondsLeft: ONE_YEAR_SECONDS };
  const entry = newerEntry(ledger, page);
  if (entry !== undefined) return { kind: 'invalidated', by: entry[0], sequence: entry[1] };
  const secondsLeft = secondsUntilExpiry(page, now);
  if (secondsLeft > 0) return { kind: 'fresh', secondsLeft };
  const secondsAgo = 0 - secondsLeft;
  const { staleWhileRevalidate } = page;
  const isTooStale = staleWhileRevalidate !== undefined && secondsAgo > staleWhileRevalidate;
  return { kind: 'expired', secondsAgo, isTooStale };
}

/** 0 or less when the page has expired; a year when it never expires by itself. */
export function secondsUntilExpiry(page: PageFacts, now: number): number {
  if (page.expiration === false) return ONE_YEAR_SECONDS;
  return Math.floor((page.renderedAt + page.expiration * 1000 - now) / 1000);
}

/** Seconds until a page whose last render failed may be rendered again; 0 for now. */
export function secondsUntilRetry(page: StoredPage, now: number): number {
  return page.retryAt === undefined ? 0 : Math.max(0, Math.ceil((page.retryAt - now) / 1000));
}
