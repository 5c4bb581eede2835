import type { CacheHint } from '../site.ts';
import { type CacheDirectives, parseCacheDirectives } from './cache-directives.ts';
import { ONE_YEAR_SECONDS } from './freshness.ts';

export type Expiration =
  | { readonly kind: 'not-stored'; readonly reason: string }
  /** `seconds`: `false` until it is revalidated. `staleWhileRevalidate`: absent when an expired page of any age will do. */
  | { readonly kind: 'stored'; readonly seconds: number | false; readonly staleWhileRevalidate?: number };

/** The targeted fields of RFC 9213, most specific first. Vercel's lets a site move here without edits. */
export const CDN_FIELDS = ['vercel-cdn-cache-control', 'cdn-cache-control'];
const FORBIDDING = ['private', 'no-store'];
/** RFC 9111, section 5.2.2: a cache must not give what is stale. */
const NEVER_STALE = ['must-revalidate', 'proxy-revalidate'];

/**
 * How long the response may be stored. The first of these that says something decides: what forbids it, the framework's
 * hint, the CDN fields, `Cache-Control: s-maxage`, an `Expires` of the past, the site's default.
 *
 * A hint also says for how long the page may be served after that: without a word of it, not at all, as in Astro. Headers
 * and the site's default only limit it, as on Vercel. `renderedAt`: epoch milliseconds.
 */
export function expirationOf(
  headers: Headers,
  hint: CacheHint | false | undefined,
  byDefault: number | false,
  renderedAt: number,
): Expiration {
  if (hint === false) return notStored('the page opted out');
  const fields = [...CDN_FIELDS, 'cache-control'].map((name) => ({
    name,
    directives: parseCacheDirectives(headers.get(name)),
  }));
  for (const { name, directives } of fields) {
    const forbidding = FORBIDDING.find((directive) => directives.names.has(directive));
    if (forbidding !== undefined) return notStored(`${name}: ${forbidding}`);
  }
  if (hint?.maxAge !== undefined) return stored(hint.maxAge, hint.swr ?? 0, "the page's maxAge is 0");
  for (const { name, directives } of fields) {
    const found = fromField(name, directives);
    if (found !== undefined) return found;
  }
  if (isOverAtOnce(headers, renderedAt)) return notStored('expires: in the past');
  return { kind: 'stored', seconds: byDefault };
}

function fromField(name: string, directives: CacheDirectives): Expiration | undefined {
  // In Cache-Control max-age is for browsers. In a CDN's field it is for the edge.
  const maxAge =
    directives.seconds('s-maxage') ?? (name === 'cache-control' ? undefined : directives.seconds('max-age'));
  if (maxAge !== undefined) return stored(maxAge, staleWindow(directives), `${name} allows 0 seconds`);
  return directives.names.has('no-cache') ? notStored(`${name}: no-cache`) : undefined;
}

function staleWindow(directives: CacheDirectives): number | undefined {
  const isNever = NEVER_STALE.some((name) => directives.names.has(name));
  return isNever ? 0 : directives.seconds('stale-while-revalidate');
}

/**
 * The old way to say that nobody may keep it. Beside `Cache-Control` it is for browsers. What is not a date is in the past
 * (RFC 9111, section 5.3).
 */
function isOverAtOnce(headers: Headers, renderedAt: number): boolean {
  const expires = headers.get('expires');
  if (expires === null || headers.has('cache-control')) return false;
  const until = Date.parse(expires);
  return Number.isNaN(until) || until <= renderedAt;
}

function stored(seconds: number, staleWhileRevalidate: number | undefined, reasonForZero: string): Expiration {
  const whole = wholeSeconds(seconds);
  if (whole === 0) return notStored(reasonForZero);
  const window = staleWhileRevalidate === undefined ? undefined : wholeSeconds(staleWhileRevalidate);
  return { kind: 'stored', seconds: whole, staleWhileRevalidate: window };
}

/** A hint may be any number. `Infinity` is a year, as in headers: JSON could not keep it. */
function wholeSeconds(seconds: number): number {
  return seconds > 0 ? Math.min(Math.floor(seconds), ONE_YEAR_SECONDS) : 0;
}

const notStored = (reason: string): Expiration => ({ kind: 'not-stored', reason });
