import type { RenderedPage, SiteResponse, StoredPage } from '../page/page.ts';
import { CACHE_TAG_HEADER, edgeTagsOfPage } from '../purge/edge-tags.ts';
import {
  FAILED_PAGE_SECONDS,
  freshCacheControl,
  keptByEdge,
  NOT_STORED,
  staleCacheControl,
  UNCERTAIN_CACHE_CONTROL,
} from './edge-cache-control.ts';
import { redirectFault } from './redirect.ts';
import { headersForAll } from './storability.ts';

export type IsrCacheState = 'HIT' | 'PRERENDERED' | 'STALE' | 'REVALIDATED' | 'MISS' | 'BYPASS';

/** The response of serve. It has a body for HEAD too, which the handler leaves out. */
export interface ServedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Why a page was rendered for the request that asked for it. */
export type RenderCause = 'missing' | 'too-stale' | 'invalidated';

// https://www.rfc-editor.org/rfc/rfc9211#section-2.2
const RENDERED: Readonly<Record<RenderCause, { readonly state: IsrCacheState; readonly forwarded: string }>> = {
  missing: { state: 'MISS', forwarded: 'uri-miss' },
  // Nobody revalidated it, and what is stored may not be served: for the viewer, that is a miss.
  'too-stale': { state: 'MISS', forwarded: 'stale' },
  invalidated: { state: 'REVALIDATED', forwarded: 'stale' },
};

/** A page that was stored before, which the edge may keep for `seconds`. */
export function freshPage(page: StoredPage, seconds: number): ServedPage {
  return keptPage(page, page.isPrerendered ? 'PRERENDERED' : 'HIT', 'hit', seconds);
}

/** A page that was rendered for this request, which the edge may keep for `seconds`. */
export function renderedPage(page: StoredPage, cause: RenderCause, seconds: number): ServedPage {
  const { state, forwarded } = RENDERED[cause];
  return keptPage(page, state, `fwd=${forwarded}; stored`, seconds);
}

function keptPage(page: StoredPage, state: IsrCacheState, status: string, seconds: number): ServedPage {
  return storedPage(page, {
    'cache-control': freshCacheControl(page, seconds),
    'cache-status': `cdk-isr; ${status}; ttl=${seconds}`,
    'x-isr-cache': state,
  });
}

/** A page that is not fresh, which the edge may keep for `seconds`. `reason`: the detail of `cache-status`. */
export function stalePage(page: StoredPage, seconds: number, reason: string): ServedPage {
  return storedPage(page, {
    'cache-control': staleCacheControl(page, seconds),
    'cache-status': `cdk-isr; hit; ttl=-1; detail=${reason}`,
    'x-isr-cache': 'STALE',
  });
}

/** The same page, which no cache may keep. */
export function onlyForThisViewer(page: ServedPage): ServedPage {
  return { ...page, headers: { ...page.headers, 'cache-control': NOT_STORED } };
}

/** The same page, which the edge may keep only until it can ask again. */
export function briefly(page: ServedPage): ServedPage {
  return { ...page, headers: { ...page.headers, 'cache-control': UNCERTAIN_CACHE_CONTROL } };
}

/** A response of the site for one viewer alone. A redirect that leads nowhere is a failure for that viewer too. */
export function passedThrough(response: SiteResponse, reason: string): ServedPage {
  const fault = redirectFault(response.status, response.headers.get('location'));
  if (fault !== undefined) return failedPage(`This page leads nowhere: ${fault}.\n`);
  const headers: Record<string, string> = {
    ...headersForAll(response),
    'cache-control': NOT_STORED,
    'cache-status': `cdk-isr; fwd=miss; detail=${quoted(reason)}`,
    'x-isr-cache': 'BYPASS',
  };
  return { status: statusForEdge(response.status), headers, body: response.body };
}

/** As a string of a structured field, which is ASCII: https://www.rfc-editor.org/rfc/rfc9651#section-3.3.3 */
function quoted(text: string): string {
  const ascii = text.replaceAll(/[\u2018\u2019]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
  return `"${ascii.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A rendered 404 or 410 where no page is stored: the edge keeps it for a moment, S3 does not. */
export function notFoundPage(page: RenderedPage): ServedPage {
  const headers: Record<string, string> = {
    ...page.headers,
    'cache-control': keptByEdge(page.expiration),
    'cache-status': 'cdk-isr; fwd=uri-miss; detail=not-found',
    [CACHE_TAG_HEADER]: edgeTagsOfPage(page),
    'x-isr-cache': 'MISS',
  };
  return { status: page.status, headers, body: page.body };
}

export function failedPage(message: string): ServedPage {
  return {
    status: 500,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': NOT_STORED, 'x-isr-cache': 'BYPASS' },
    body: Buffer.from(message),
  };
}

/** By the status, CloudFront asks S3, which may have the page by now; else the viewer gets the page of outages. */
export function tooSlowPage(): ServedPage {
  const { headers } = failedPage('');
  const body = 'This page takes longer to render than a viewer can wait. Please try again in a moment.\n';
  return { status: 503, headers: { ...headers, 'retry-after': String(FAILED_PAGE_SECONDS) }, body: Buffer.from(body) };
}

function storedPage(page: StoredPage, caching: Readonly<Record<string, string>>): ServedPage {
  const headers = { etag: etagFor(page), ...page.headers, ...caching, [CACHE_TAG_HEADER]: edgeTagsOfPage(page) };
  return { status: page.status, headers, body: page.body };
}

/**
 * Where the site gives none. It is of what viewers get, so that a browser keeps a page that was rendered anew and is the same. Never that of the object
 * in S3, which may answer in place of serve: neither may tell CloudFront that a copy of the other is still right.
 */
function etagFor(page: StoredPage): string {
  return page.isPrerendered ? page.etag.replace(/^"/, '"p-') : `"${page.bodyHash.slice(0, 32)}"`;
}

/**
 * CloudFront asks S3 next when it gets one of these, and S3 has nothing for a page that was never stored: the viewer
 * would see S3's "AccessDenied" instead of the site's own error page.
 */
function statusForEdge(status: number): number {
  return status === 429 || (status >= 502 && status <= 504) ? 500 : status;
}
