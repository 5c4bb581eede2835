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

/**
 * How long the response may be stored. The first of these that says something decides: what forbids it, the framework's
 * hint, the CDN fields, `Cache-Control: s-maxage`, the site's default.
 */
export function expirationOf(
  headers: Headers,
  hint: CacheHint | false | undefined,
  byDefault: number | false,
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
  if (hint?.maxAge !== undefined) return stored(hint.maxAge, hint.swr, 'the page’s maxAge is 0');
  for (const { name, directives } of fields) {
    const found = fromField(name, directives);
    if (found !== undefined) return found;
  }
  return { kind: 'stored', seconds: byDefault };
}

function fromField(name: string, directives: CacheDirectives): Expiration | undefined {
  // In Cache-Control max-age is for browsers. In a CDN's field it is for the edge.
  const maxAge =
    directives.seconds('s-maxage') ?? (name === 'cache-control' ? undefined : directives.seconds('max-age'));
  if (maxAge !== undefined)
    return stored(maxAge, directives.seconds('stale-while-revalidate'), `${name} allows 0 seconds`);
  return directives.names.has('no-cache') ? notStored(`${name}: no-cache`) : undefined;
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
