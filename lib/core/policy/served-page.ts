import type { PageFacts, SiteAnswer, StoredPage } from '../page/page.ts';
import type { PageKey } from '../page/page-key.ts';
import { edgeTagsOfPage } from '../purge/edge-tags.ts';
import { freshCacheControl, NOT_STORED, staleCacheControl } from './edge-cache-control.ts';
import { storedHeaders } from './storability.ts';

export type IsrCacheState = 'HIT' | 'PRERENDERED' | 'STALE' | 'REVALIDATED' | 'MISS' | 'BYPASS';

/** What serve answers. `body` is whole, also for HEAD: the handler leaves it out. */
export interface ServedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A page that the edge may keep for `seconds`. */
export function freshPage(key: PageKey, page: StoredPage, state: IsrCacheState, seconds: number): ServedPage {
  const status = state === 'MISS' ? 'fwd=uri-miss; stored' : state === 'REVALIDATED' ? 'fwd=stale; stored' : 'hit';
  return storedPage(key, page, {
    'cache-control': freshCacheControl(page, seconds),
    'cache-status': `cdk-isr; ${status}; ttl=${seconds}`,
    'x-isr-cache': state,
  });
}

/** The old page in place of a better one. `reason` as in `cache-status: detail=`. */
export function stalePage(key: PageKey, page: StoredPage, seconds: number, reason: string): ServedPage {
  return storedPage(key, page, {
    'cache-control': staleCacheControl(page, seconds),
    'cache-status': `cdk-isr; hit; ttl=-1; detail=${reason}`,
    'x-isr-cache': 'STALE',
  });
}

/** The same answer, which no cache may keep. */
export function onlyForThisViewer(answer: ServedPage): ServedPage {
  return { ...answer, headers: { ...answer.headers, 'cache-control': NOT_STORED } };
}

/** A response that is nobody else's. */
export function passedThrough(answer: SiteAnswer, reason: string): ServedPage {
  const headers: Record<string, string> = {
    ...storedHeaders(answer.headers),
    'cache-control': NOT_STORED,
    'cache-status': `cdk-isr; fwd=miss; detail="${reason.replace(/[^\x20-\x7e]|["\\]/g, '')}"`,
    'x-isr-cache': 'BYPASS',
  };
  return { status: statusForEdge(answer.status), headers, body: answer.body };
}

/** A rendered 404 or 410 under a path that has no page: kept by the edge for a moment, never stored. */
export function gonePage(key: PageKey, facts: PageFacts, body: Uint8Array): ServedPage {
  const headers: Record<string, string> = {
    ...facts.headers,
    'cache-control': `public, max-age=0, s-maxage=${facts.expiration}`,
    'cache-status': 'cdk-isr; fwd=uri-miss; detail=not-found',
    'cache-tag': edgeTagsOfPage(key, facts.tags),
    'x-isr-cache': 'MISS',
  };
  return { status: facts.status, headers, body };
}

export function failedPage(message: string): ServedPage {
  return {
    status: 500,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': NOT_STORED, 'x-isr-cache': 'BYPASS' },
    body: Buffer.from(message),
  };
}

function storedPage(key: PageKey, page: StoredPage, caching: Readonly<Record<string, string>>): ServedPage {
  const headers = { ...page.headers, ...caching, etag: page.etag, 'cache-tag': edgeTagsOfPage(key, page.tags) };
  return { status: page.status, headers, body: page.body };
}

/**
 * CloudFront asks S3 next when it gets one of these, and S3 has nothing for a page that was never stored: the viewer
 * would see S3's "AccessDenied" instead of the site's own error page.
 */
function statusForEdge(status: number): number {
  return status === 429 || (status >= 502 && status <= 504) ? 500 : status;
}
