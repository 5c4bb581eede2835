import type { SiteResponse } from '../page/page.ts';
import { forBrowsers } from './browser-cache-control.ts';
import { BROWSER_CACHE_CONTROL_HEADER } from './browser-cache-control-header.ts';
import { parseCacheDirectives } from './cache-directives.ts';
import { keptByEdge, NOT_STORED } from './edge-cache-control.ts';
import { expirationOf } from './expiration.ts';
import { redirectFault } from './redirect.ts';
import { isNotFound, isStorableStatus, obstacleTo } from './storability.ts';

/** The response of a live route, whose body need not be there yet. */
export type LiveResponse = Pick<SiteResponse, 'status' | 'headers' | 'hint'>;

/** Whether the edge may give a response of a live route to others too. */
export type LiveCaching =
  | { readonly kind: 'kept'; readonly seconds: number; readonly staleSeconds: number }
  /** `obstacle`: what keeps it from others although the site meant it for them. */
  | { readonly kind: 'passed'; readonly obstacle?: string };

/**
 * Only what says so is kept: a live route is one that runs for each request. The edge's key has the URL, the host, the
 * cookies and `Authorization`; what another header decides is not kept.
 */
export function liveCachingOf(response: LiveResponse, request: Request, now: number): LiveCaching {
  const expiration = expirationOf(response.headers, response.hint, 0, now);
  if (expiration.kind === 'not-stored' || !expiration.seconds || !mayBeShared(request)) return { kind: 'passed' };
  const { status, headers } = response;
  const fault = redirectFault(status, headers.get('location'));
  const obstacle = fault ?? (isStorableStatus(status) ? obstacleTo(response) : `status ${status}`);
  if (obstacle !== undefined) return { kind: 'passed', obstacle };
  const { seconds, staleWhileRevalidate = 0 } = expiration;
  return { kind: 'kept', seconds, staleSeconds: staleWhileRevalidate };
}

/** Whether nothing in the request says who asks: what was made for one viewer is never given to another. */
export function mayBeShared({ method, headers }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && !headers.has('cookie') && !headers.has('authorization');
}

/**
 * `Cache-Control` for the edge, and what it has to be for browsers. `said`: what the response says. The edge keeps nothing
 * that is not meant for it, not even to ask about it: when the origin fails, it would give that.
 */
export function liveCacheHeaders(caching: LiveCaching, status: number, said: string): Record<string, string> {
  const edge = caching.kind === 'kept' ? keptControl(caching, status) : NOT_STORED;
  if (status < 400) return { 'cache-control': edge, [BROWSER_CACHE_CONTROL_HEADER]: forBrowsers(said) };
  // No function runs behind the cache for these, so what the edge reads is what browsers read.
  return { 'cache-control': caching.kind === 'kept' || isKeptByItself(said) ? edge : said };
}

function keptControl({ seconds, staleSeconds }: Extract<LiveCaching, { kind: 'kept' }>, status: number): string {
  const kept = keptByEdge(seconds);
  return isNotFound(status) ? kept : `${kept}, stale-while-revalidate=${staleSeconds}, stale-if-error=${staleSeconds}`;
}

/** CloudFront keeps errors for as long as they say, to browsers too. */
function isKeptByItself(said: string): boolean {
  const directives = parseCacheDirectives(said);
  return (directives.seconds('s-maxage') ?? directives.seconds('max-age') ?? 0) > 0;
}
