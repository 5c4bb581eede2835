import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forBrowsers } from '../../../lib/core/policy/browser-cache-control.ts';
import { liveCacheHeaders, liveCachingOf } from '../../../lib/core/policy/live-caching.ts';
import type { CacheHint } from '../../../lib/core/site.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');

interface Case {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly hint?: CacheHint | false;
  readonly method?: string;
  readonly asked?: Record<string, string>;
}

function caching({ status = 200, headers = {}, hint, method = 'GET', asked = {} }: Case) {
  const request = new Request('https://example.com/live', { method, headers: asked });
  return liveCachingOf({ status, headers: new Headers(headers), hint }, request, NOON);
}

describe('a live response is kept by the edge when it says so', () => {
  test.each<[string, Case, number, number]>([
    ['Astro.cache', { hint: { maxAge: 60, swr: 5 } }, 60, 5],
    ['Astro.cache without swr', { hint: { maxAge: 60 } }, 60, 0],
    ['s-maxage', { headers: { 'cache-control': 'public, s-maxage=10, stale-while-revalidate=20' } }, 10, 20],
    ['a CDN field', { headers: { 'cdn-cache-control': 'max-age=10' } }, 10, 0],
    ['a 404 that says so', { status: 404, headers: { 'cache-control': 's-maxage=10' } }, 10, 0],
    ['to HEAD', { method: 'HEAD', hint: { maxAge: 60 } }, 60, 0],
    ['that varies on the encoding', { headers: { vary: 'Accept-Encoding' }, hint: { maxAge: 60 } }, 60, 0],
  ])('by %s', (_name, response, seconds, staleSeconds) => {
    expect(caching(response)).toEqual({ kind: 'kept', seconds, staleSeconds });
  });
});

describe('a live response is for one viewer alone', () => {
  test.each<[string, Case]>([
    ['when it says nothing', {}],
    ['when it speaks to browsers', { headers: { 'cache-control': 'public, max-age=3600' } }],
    ['when it has tags alone', { hint: { tags: ['a'] } }],
    ['when it is private', { headers: { 'cache-control': 'private' }, hint: { maxAge: 60 } }],
    ['when it opted out', { hint: false, headers: { 'cache-control': 's-maxage=60' } }],
    ['when the request had a cookie', { asked: { cookie: 'a=1' }, hint: { maxAge: 60 } }],
    ['when the request had credentials', { asked: { authorization: 'Bearer x' }, hint: { maxAge: 60 } }],
    ['when it answers a form', { method: 'POST', hint: { maxAge: 60 } }],
  ])('%s', (_name, response) => {
    expect(caching(response)).toEqual({ kind: 'passed' });
  });

  test.each<[string, Case, string]>([
    ['sets a cookie', { headers: { 'set-cookie': 'a=1' } }, 'set-cookie: a'],
    ['varies on a language', { headers: { vary: 'accept-language' } }, 'vary: accept-language'],
    ['failed', { status: 500 }, 'status 500'],
    ['is a part', { status: 206 }, 'status 206'],
    ['leads nowhere', { status: 302 }, 'the site answered 302 without a Location'],
  ])('though it says otherwise, when it %s; the log says so', (_name, response, obstacle) => {
    expect(caching({ ...response, hint: { maxAge: 60 } })).toEqual({ kind: 'passed', obstacle });
  });

  test('whatever it says, as soon as the request says who asks', () => {
    const who = fc.constantFrom<Record<string, string>>({ cookie: 'a=1' }, { authorization: 'Basic x' });
    const said = fc.constantFrom('s-maxage=60', 'public, s-maxage=60, must-revalidate', 'max-age=9', 'immutable');
    const status = fc.constantFrom(200, 301, 404, 500);
    fc.assert(
      fc.property(who, said, status, fc.boolean(), (asked, value, code, hasHint) => {
        const hint = hasHint ? { hint: { maxAge: 60 } } : {};
        const { kind } = caching({ status: code, asked, headers: { 'cache-control': value }, ...hint });
        expect(kind).toBe('passed');
      }),
    );
  });
});

describe('the edge and browsers read words of their own', () => {
  const kept = { kind: 'kept', seconds: 60, staleSeconds: 5 } as const;

  test.each([
    [
      kept,
      200,
      'public, max-age=9, s-maxage=60',
      'public, max-age=0, s-maxage=60, stale-while-revalidate=5, stale-if-error=5',
      'public, max-age=9',
    ],
    [kept, 404, 's-maxage=60', 'public, max-age=0, s-maxage=60', undefined],
    [{ kind: 'passed' } as const, 200, 'public, max-age=3600', 'private, no-store', 'public, max-age=3600'],
    [{ kind: 'passed' } as const, 404, 'public, max-age=3600', 'private, no-store', undefined],
    [{ kind: 'passed' } as const, 404, 'no-cache', 'no-cache', undefined],
  ])('%o %i %s', (how, status, said, edge, browsers) => {
    expect(liveCacheHeaders(how, status, said)).toEqual({
      'cache-control': edge,
      ...(browsers === undefined ? {} : { 'x-isr-browser-cache-control': browsers }),
    });
  });

  test.each([
    ['public, s-maxage=60, stale-while-revalidate=5', 'public, max-age=0, must-revalidate'],
    ['s-maxage=60, max-age=5, proxy-revalidate, ext="a, b"', 'max-age=5, ext="a, b"'],
    ['max-age=5, stale-while-revalidate=9', 'max-age=5, stale-while-revalidate=9'],
  ])('%s is %s for browsers', (said, expected) => {
    expect(forBrowsers(said)).toBe(expected);
  });
});
