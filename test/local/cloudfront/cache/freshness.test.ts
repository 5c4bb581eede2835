import { describe, expect, test } from 'vitest';
import { answering, ask, CACHING_DISABLED, startEdge, startOrigin } from '../fixture.ts';

const DAY = 86_400;
const YEAR = 31_536_000;

interface Row {
  readonly fact: string;
  readonly headers: Record<string, string>;
  readonly ttl?: readonly [min: number, fallback: number, max: number];
  readonly status?: number;
  /** Seconds; 0 for a response that is never served from the cache. */
  readonly cachedFor: number;
}

const DATE = { date: 'Sun, 22 Nov 2026 10:00:00 GMT' };
const HTTP_DATES = { ...DATE, expires: 'Sun, 22 Nov 2026 10:05:00 GMT' };

const ROWS: readonly Row[] = [
  { fact: 'max-age', headers: { 'cache-control': 'max-age=100' }, cachedFor: 100 },
  { fact: 's-maxage wins over max-age', headers: { 'cache-control': 'max-age=10, s-maxage=100' }, cachedFor: 100 },
  { fact: 's-maxage alone', headers: { 'cache-control': 's-maxage=100' }, cachedFor: 100 },
  { fact: 's-maxage beside max-age=0', headers: { 'cache-control': 'public, max-age=0, s-maxage=60' }, cachedFor: 60 },
  { fact: 'Expires', headers: HTTP_DATES, cachedFor: 300 },
  { fact: 'max-age wins over Expires', headers: { ...HTTP_DATES, 'cache-control': 'max-age=7' }, cachedFor: 7 },
  { fact: 'an Expires that is no date is in the past', headers: { expires: '0' }, cachedFor: 0 },
  { fact: 'Expires of RFC 850', headers: { ...DATE, expires: 'Sunday, 22-Nov-26 10:05:00 GMT' }, cachedFor: 300 },
  { fact: 'Expires of asctime', headers: { ...DATE, expires: 'Sun Nov 22 10:05:00 2026' }, cachedFor: 300 },
  { fact: 'Expires in 1981 by two digits', headers: { expires: 'Sunday, 22-Nov-81 10:05:00 GMT' }, cachedFor: 0 },
  { fact: 'Expires in UTC, no date', headers: { expires: 'Sun, 22 Nov 2026 10:05:00 UTC' }, cachedFor: 0 },
  { fact: 'Expires with dashes, no date', headers: { expires: 'Sun, 22-Nov-2026 10:05:00 GMT' }, cachedFor: 0 },
  { fact: 'Expires in the wrong case, no date', headers: { expires: 'SUN, 22 NOV 2026 10:05:00 GMT' }, cachedFor: 0 },
  { fact: 'Expires without a comma, no date', headers: { expires: 'Sun 22 Nov 2026 10:05:00 GMT' }, cachedFor: 0 },
  { fact: 'Expires of ISO 8601, no date', headers: { expires: '2026-11-22T10:05:00Z' }, cachedFor: 0 },
  { fact: 'Expires on November 31, no date', headers: { expires: 'Tue, 31 Nov 2026 10:05:00 GMT' }, cachedFor: 0 },
  { fact: 'a Date that is none counts as now', headers: { ...HTTP_DATES, date: 'yesterday' }, cachedFor: 300 },
  { fact: 'no header: the default TTL', headers: {}, ttl: [0, 50, YEAR], cachedFor: 50 },
  { fact: 'no header: at least the minimum TTL', headers: {}, ttl: [80, 50, YEAR], cachedFor: 80 },
  { fact: 'no header and no default', headers: {}, ttl: [0, 0, YEAR], cachedFor: 0 },
  { fact: 'more than MaxTTL', headers: { 'cache-control': 'max-age=9999' }, ttl: [0, 0, 3600], cachedFor: 3600 },
  { fact: 'less than MinTTL', headers: { 'cache-control': 'max-age=1' }, ttl: [30, 30, 3600], cachedFor: 30 },
  { fact: 'Expires later than MaxTTL', headers: HTTP_DATES, ttl: [0, 0, 120], cachedFor: 120 },
  { fact: 'no-store', headers: { 'cache-control': 'no-store' }, ttl: [0, DAY, YEAR], cachedFor: 0 },
  { fact: 'no-cache', headers: { 'cache-control': 'no-cache' }, ttl: [0, DAY, YEAR], cachedFor: 0 },
  { fact: 'private', headers: { 'cache-control': 'private, max-age=60' }, ttl: [0, DAY, YEAR], cachedFor: 0 },
  { fact: 'no-store under a MinTTL', headers: { 'cache-control': 'no-store' }, ttl: [20, DAY, YEAR], cachedFor: 20 },
  { fact: 'max-age=0', headers: { 'cache-control': 'max-age=0', etag: '"a"' }, cachedFor: 0 },
  { fact: 'directives in capitals', headers: { 'cache-control': 'Public, Max-Age=100' }, cachedFor: 100 },
  { fact: 'a quoted number', headers: { 'cache-control': 'max-age="100"' }, cachedFor: 100 },
  { fact: 'a number that is none', headers: { 'cache-control': 'max-age=soon' }, ttl: [0, 5, YEAR], cachedFor: 5 },
  { fact: "the origin's Age counts", headers: { 'cache-control': 'max-age=100', age: '40' }, cachedFor: 60 },
  { fact: 'a redirect', headers: { 'cache-control': 'max-age=100', location: '/b' }, status: 301, cachedFor: 100 },
  { fact: 'a 404 without headers', headers: {}, status: 404, cachedFor: 10 },
  { fact: 'a 500 that says no-store', headers: { 'cache-control': 'no-store' }, status: 500, cachedFor: 10 },
  { fact: 'a 404 with a longer max-age', headers: { 'cache-control': 'max-age=60' }, status: 404, cachedFor: 60 },
  { fact: 'a 503 with a shorter max-age', headers: { 'cache-control': 'max-age=3' }, status: 503, cachedFor: 10 },
  { fact: 'a 403 without max-age', headers: {}, status: 403, ttl: [0, DAY, YEAR], cachedFor: 0 },
  { fact: 'a 403 with max-age', headers: { 'cache-control': 'max-age=60' }, status: 403, cachedFor: 60 },
  { fact: 'a 429 with max-age', headers: { 'cache-control': 'max-age=60' }, status: 429, cachedFor: 0 },
];

describe('a response is served from the cache for as long as AWS documents', () => {
  test.each(ROWS)('$fact: $cachedFor s', async ({ headers, ttl, status = 200, cachedFor }) => {
    const origin = await startOrigin(answering(status, headers, 'body'));
    const edge = await startEdge(origin, { policy: ttl === undefined ? {} : { ttl } });
    await ask(edge, '/a');
    if (cachedFor > 0) {
      edge.passSeconds(cachedFor - 1);
      await ask(edge, '/a');
      expect(origin.seen, 'one second before the end').toHaveLength(1);
      edge.passSeconds(1);
    }
    await ask(edge, '/a');
    expect(origin.seen).toHaveLength(2);
  });
});

test('CachingDisabled caches nothing that is not an error', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const edge = await startEdge(origin, { behavior: { CachePolicyId: CACHING_DISABLED } });
  expect((await ask(edge, '/a')).cache).toBe('Miss');
  expect((await ask(edge, '/a')).cache).toBe('Miss');
});

test('CachingDisabled still caches errors for the error-caching minimum TTL', async () => {
  const origin = await startOrigin(answering(500, {}));
  const edge = await startEdge(origin, { behavior: { CachePolicyId: CACHING_DISABLED } });
  await ask(edge, '/a');
  await ask(edge, '/a');
  expect(origin.seen).toHaveLength(1);
});

test('ErrorCachingMinTTL sets how long the errors of one status are cached', async () => {
  const origin = await startOrigin(answering(500, {}));
  const config = { CustomErrorResponses: [{ ErrorCode: 500, ErrorCachingMinTTL: 0 }] };
  const edge = await startEdge(origin, { config });
  await ask(edge, '/a');
  await ask(edge, '/a');
  expect(origin.seen).toHaveLength(2);
});

test('the age of a hit is the time since the response came, and a miss has none', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const edge = await startEdge(origin);
  expect((await ask(edge, '/a')).headers.age).toBeUndefined();
  edge.passSeconds(42);
  expect((await ask(edge, '/a')).headers.age).toBe('42');
});
