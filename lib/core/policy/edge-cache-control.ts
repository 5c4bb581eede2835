import type { PageFacts } from '../page/page.ts';
import { ONE_YEAR_SECONDS } from './freshness.ts';
import { isNotFound } from './storability.ts';

/** Each cache that serves stale puts a viewer one more version behind, so the edge does it for a minute at most. */
export const MAX_EDGE_STALE_SECONDS = 60;
/** For how long the edge keeps an expired page, while a new one is rendered in the background. */
export const STALE_PAGE_SECONDS = 2;
/** For how long the old page is served after a render that failed, before the next try. */
export const FAILED_PAGE_SECONDS = 30;
/** The cache policy's MaxTTL. CloudFront cuts windows off that go beyond it. */
export const MAX_EDGE_SECONDS = 2 * ONE_YEAR_SECONDS + MAX_EDGE_STALE_SECONDS;

export const NOT_STORED = 'private, no-store';

/**
 * Of the object in S3: seen only while every function fails, when nobody can tell whether the page expired. Without a
 * word, CloudFront gives it for as long as both origins fail; it may have lost its tags by then, and not be purged.
 */
export const FAIL_OVER_CACHE_CONTROL = 'public, max-age=0, s-maxage=30, stale-if-error=300';

const STALE_IF_ERROR = `, stale-if-error=${ONE_YEAR_SECONDS}`;

/** The edge keeps the response for `seconds`, and browsers ask again each time. */
export function keptByEdge(seconds: number | false): string {
  return `public, max-age=0, s-maxage=${seconds}`;
}

/** For a page that may have been revalidated by now. Without the 0, CloudFront gives it for as long as both origins fail. */
export const UNCERTAIN_CACHE_CONTROL = `${keptByEdge(STALE_PAGE_SECONDS)}, stale-if-error=0`;

/** `Cache-Control` for the edge, which keeps the page for `seconds`. viewer-response rewrites it for browsers. */
export function freshCacheControl(page: PageFacts, seconds: number): string {
  const kept = keptByEdge(seconds);
  // viewer-response does not run for these, and a browser would serve stale for as long as the edge may.
  if (isNotFound(page.status)) return kept;
  const expiration = page.expiration === false ? MAX_EDGE_STALE_SECONDS : page.expiration;
  const window = Math.min(expiration, MAX_EDGE_STALE_SECONDS, page.staleWhileRevalidate ?? MAX_EDGE_STALE_SECONDS);
  return `${kept}, stale-while-revalidate=${window}${STALE_IF_ERROR}`;
}

/** For how long the edge may keep a page that expired so long ago. No copy of it outlives the page's own limit. */
export function staleSeconds({ staleWhileRevalidate }: PageFacts, secondsAgo: number): number {
  if (staleWhileRevalidate === undefined) return STALE_PAGE_SECONDS;
  return Math.max(0, Math.min(STALE_PAGE_SECONDS, staleWhileRevalidate - secondsAgo));
}

export function staleCacheControl(page: PageFacts, seconds: number): string {
  return keptByEdge(seconds) + (isNotFound(page.status) ? '' : STALE_IF_ERROR);
}
