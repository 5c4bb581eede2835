import type { CachePolicySettings } from '../configuration/policies.ts';
import { type Fields, fieldOf, listOf } from '../message/fields.ts';
import { readHttpDate } from '../message/http-date.ts';

export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Fields>;
}

/** How long a response may be used. */
export interface Lifetime {
  readonly ttlSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  /** Undefined: the origin said nothing, and the default for errors holds. */
  readonly staleIfErrorSeconds: number | undefined;
  readonly mayBeStale: boolean;
}

export type TtlBounds = Pick<CachePolicySettings, 'minTtlSeconds' | 'defaultTtlSeconds' | 'maxTtlSeconds'>;

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
const ALWAYS_CACHED_ERRORS = new Set([404, 414, 500, 501, 502, 503, 504]);
const ERRORS_CACHED_WHEN_ASKED = new Set([400, 403, 405, 412, 415]);

/**
 * The lifetime of a response, or undefined when it is not stored at all.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
export function lifetimeOf(
  response: ResponseHead,
  bounds: TtlBounds,
  errorTtlSeconds: number,
  now: number,
): Lifetime | undefined {
  const directives = parseDirectives(fieldOf(response.headers, 'cache-control') ?? '');
  if (response.status >= 400) return lifetimeOfError(response.status, directives, errorTtlSeconds);
  if (bounds.maxTtlSeconds === 0) return undefined;
  const { minTtlSeconds, maxTtlSeconds } = bounds;
  if (directives.has('no-store') || directives.has('no-cache') || directives.has('private')) {
    return minTtlSeconds > 0 ? { ...NEVER_STALE, ttlSeconds: minTtlSeconds } : undefined;
  }
  const asked = sharedMaxAge(directives) ?? untilExpires(response.headers, now);
  const ttlSeconds =
    asked === undefined
      ? Math.max(minTtlSeconds, bounds.defaultTtlSeconds)
      : Math.min(Math.max(asked, minTtlSeconds), maxTtlSeconds);
  const windows = staleWindows(directives, maxTtlSeconds - ttlSeconds);
  const isAskedForEachTime = minTtlSeconds === 0 && variesOnEverything(response.headers);
  const lifetime = isAskedForEachTime
    ? { ...windows, ttlSeconds: 0, staleWhileRevalidateSeconds: 0 }
    : { ...windows, ttlSeconds };
  return isWorthStoring(lifetime, response.headers) ? lifetime : undefined;
}

/**
 * "If the value of Minimum TTL is 0, CloudFront caches the object but still forwards every subsequent request for the
 * object to the origin", without conditions; with any other minimum TTL, `Vary: *` means nothing to it.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomContentNegotiation
 */
export function variesOnEverything(headers: Readonly<Fields>): boolean {
  return listOf(fieldOf(headers, 'vary')).includes('*');
}

const NEVER_STALE = { staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0, mayBeStale: false };

// An error is kept for at least the error-caching minimum TTL, even where it says no-store or the cache policy
// is CachingDisabled: neither MinTTL nor MaxTTL has a say in it.
function lifetimeOfError(status: number, directives: Directives, errorTtlSeconds: number): Lifetime | undefined {
  const asked = sharedMaxAge(directives);
  const isKept = ALWAYS_CACHED_ERRORS.has(status) || (ERRORS_CACHED_WHEN_ASKED.has(status) && asked !== undefined);
  const ttlSeconds = Math.max(errorTtlSeconds, asked ?? 0);
  return isKept && ttlSeconds > 0 ? { ...NEVER_STALE, ttlSeconds } : undefined;
}

type Directives = ReadonlyMap<string, string>;

/** Of its own on purpose: a parser that the edge shared with the product would hide a header that both read wrongly. */
function parseDirectives(header: string): Directives {
  const directives = new Map<string, string>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', value = ''] = part.split('=', 2).map((text) => text.trim());
    if (name !== '' && !directives.has(name)) directives.set(name, value.replace(/^"|"$/g, ''));
  }
  return directives;
}

function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function sharedMaxAge(directives: Directives): number | undefined {
  return secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
}

// RFC 9111, section 5.3: a date that cannot be read is in the past.
function untilExpires(headers: Readonly<Fields>, now: number): number | undefined {
  const expires = fieldOf(headers, 'expires');
  if (expires === undefined) return undefined;
  const until = readHttpDate(expires, now);
  const from = readHttpDate(fieldOf(headers, 'date'), now) ?? now;
  return until === undefined ? 0 : Math.max(0, Math.floor((until - from) / 1000));
}

// "After the maximum TTL duration, the stale object won't be available from the edge cache": MaxTTL bounds
// the sum of freshness and staleness.
function staleWindows(directives: Directives, roomSeconds: number): Omit<Lifetime, 'ttlSeconds'> {
  if (directives.has('must-revalidate') || directives.has('proxy-revalidate')) return NEVER_STALE;
  const room = Math.max(0, roomSeconds);
  const staleIfError = secondsOf(directives, 'stale-if-error');
  return {
    staleWhileRevalidateSeconds: Math.min(secondsOf(directives, 'stale-while-revalidate') ?? 0, room),
    staleIfErrorSeconds: staleIfError === undefined ? undefined : Math.min(staleIfError, room),
    mayBeStale: true,
  };
}

function isWorthStoring(lifetime: Lifetime, headers: Readonly<Fields>): boolean {
  const hasValidator = headers.etag !== undefined || headers['last-modified'] !== undefined;
  return (
    hasValidator ||
    lifetime.ttlSeconds > 0 ||
    lifetime.staleWhileRevalidateSeconds > 0 ||
    (lifetime.staleIfErrorSeconds ?? 0) > 0
  );
}
