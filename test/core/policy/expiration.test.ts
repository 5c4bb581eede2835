import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCacheDirectives } from '../../../lib/core/policy/cache-directives.ts';
import { expirationOf } from '../../../lib/core/policy/expiration.ts';
import type { CacheHint } from '../../../lib/core/site.ts';

const BY_DEFAULT = 86_400;
const NOON = Date.parse('2026-11-22T12:00:00Z');

const secondsFor = (
  headers: Record<string, string>,
  hint?: CacheHint | false,
  byDefault: number | false = BY_DEFAULT,
) => {
  const expiration = expirationOf(new Headers(headers), hint, byDefault, NOON);
  return expiration.kind === 'stored' ? expiration.seconds : `not stored: ${expiration.reason}`;
};

test.each([
  [{ maxAge: Number.POSITIVE_INFINITY, swr: Number.POSITIVE_INFINITY }, 31_536_000, 31_536_000],
  [{ maxAge: 1.5, swr: 2.5 }, 1, 2],
  [{ maxAge: 60, swr: -1 }, 60, 0],
])(
  'the numbers of a hint, such as %o, become seconds that headers and JSON can carry',
  (hint, seconds, staleWhileRevalidate) => {
    const expiration = expirationOf(new Headers(), hint, BY_DEFAULT, NOON);
    expect(expiration).toEqual({ kind: 'stored', seconds, staleWhileRevalidate });
  },
);

describe('the first that says something decides', () => {
  test.each<[string, Record<string, string>, CacheHint | false | undefined, number | string]>([
    ['nothing said: the default', {}, undefined, BY_DEFAULT],
    ['s-maxage', { 'cache-control': 's-maxage=10, stale-while-revalidate' }, undefined, 10],
    ['max-age is for browsers', { 'cache-control': 'public, max-age=5' }, undefined, BY_DEFAULT],
    [
      'CDN-Cache-Control over s-maxage',
      { 'cdn-cache-control': 'max-age=60', 'cache-control': 's-maxage=10' },
      undefined,
      60,
    ],
    [
      'Vercel-CDN-Cache-Control over both',
      { 'vercel-cdn-cache-control': 'max-age=3600', 'cdn-cache-control': 'max-age=60', 'cache-control': 's-maxage=10' },
      undefined,
      3600,
    ],
    ['Astro.cache over all headers', { 'vercel-cdn-cache-control': 'max-age=3600' }, { maxAge: 7 }, 7],
    ['a hint with tags alone says nothing of time', { 'cdn-cache-control': 'max-age=60' }, { tags: ['a'] }, 60],
    [
      'cache.set(false) over everything',
      { 'cdn-cache-control': 'max-age=60' },
      false,
      'not stored: the page opted out',
    ],
    [
      'private wherever it stands',
      { 'cache-control': 'Private' },
      { maxAge: 60 },
      'not stored: cache-control: private',
    ],
    [
      'no-store wherever it stands',
      { 'cdn-cache-control': 'no-store' },
      undefined,
      'not stored: cdn-cache-control: no-store',
    ],
    ['no-cache alone', { 'cache-control': 'no-cache' }, undefined, 'not stored: cache-control: no-cache'],
    [
      'no-cache for browsers, a CDN field for us',
      { 'cache-control': 'no-cache', 'cdn-cache-control': 'max-age=60' },
      undefined,
      60,
    ],
    [
      'Expires of the past',
      { expires: 'Sun, 22 Nov 2026 12:00:00 GMT' },
      undefined,
      'not stored: expires: in the past',
    ],
    ['Expires that is no date', { expires: '0' }, undefined, 'not stored: expires: in the past'],
    ['Expires of the future is for browsers', { expires: 'Sun, 22 Nov 2026 12:00:01 GMT' }, undefined, BY_DEFAULT],
    ['Expires beside Cache-Control', { expires: '0', 'cache-control': 'max-age=5' }, undefined, BY_DEFAULT],
    ['Expires below Astro.cache', { expires: '0' }, { maxAge: 7 }, 7],
    ['zero seconds', { 'cache-control': 's-maxage=0' }, undefined, 'not stored: cache-control allows 0 seconds'],
    ['what is not a number of seconds is not there', { 'cache-control': 's-maxage=soon' }, undefined, BY_DEFAULT],
    ['a negative number is not there', { 'cache-control': 's-maxage=-1' }, undefined, BY_DEFAULT],
    ['a quoted number', { 'cache-control': 's-maxage="15"' }, undefined, 15],
    ['any case and spacing', { 'cache-control': ' PUBLIC ,S-MaxAge = 15 ' }, undefined, 15],
    ['the first of two', { 'cache-control': 's-maxage=15, s-maxage=99' }, undefined, 15],
    ['more than a year is a year', { 'cache-control': 's-maxage=99999999999' }, undefined, 31_536_000],
    [
      'a directive inside a quoted string is none',
      { 'cache-control': 'ext="s-maxage=5, private"' },
      undefined,
      BY_DEFAULT,
    ],
  ])('%s', (_name, headers, hint, expected) => {
    expect(secondsFor(headers, hint)).toBe(expected);
  });

  test('without anything, a site with expiration false keeps pages until they are revalidated', () => {
    expect(secondsFor({}, undefined, false)).toBe(false);
  });
});

describe('how old a page may be served is limited by Astro.cache in any case, by headers when they say so', () => {
  test.each<[Record<string, string>, CacheHint | undefined, number | undefined]>([
    [{ 'cache-control': 's-maxage=10, stale-while-revalidate=30' }, undefined, 30],
    [{ 'cache-control': 's-maxage=10, stale-while-revalidate' }, undefined, undefined],
    [{ 'cache-control': 's-maxage=10' }, undefined, undefined],
    [{ 'cache-control': 's-maxage=10, stale-while-revalidate=soon' }, undefined, undefined],
    [{ 'cache-control': 's-maxage=10, stale-while-revalidate=30, must-revalidate' }, undefined, 0],
    [{ 'cdn-cache-control': 'max-age=10, stale-while-revalidate=30, proxy-revalidate' }, undefined, 0],
    [{ 'cdn-cache-control': 'max-age=10' }, undefined, undefined],
    [{ 'cache-control': 'max-age=10, must-revalidate' }, undefined, undefined],
    [{}, { maxAge: 10, swr: 20 }, 20],
    [{}, { maxAge: 10 }, 0],
    [{}, { tags: ['a'] }, undefined],
    [{}, undefined, undefined],
  ])('%o %o -> %s', (headers, hint, expected) => {
    const expiration = expirationOf(new Headers(headers), hint, BY_DEFAULT, NOON);
    expect(expiration.kind === 'stored' ? expiration.staleWhileRevalidate : 'not stored').toBe(expected);
  });
});

const token = fc
  .stringMatching(/^[a-z][a-z-]{0,10}$/)
  .filter((name) => !name.endsWith('-revalidate') && !['s-maxage', 'private', 'no-store', 'no-cache'].includes(name));

describe('for every header', () => {
  test('parsing never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => void parseCacheDirectives(value)));
  });

  test('s-maxage is found among any other directives, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(token),
        fc.array(token),
        fc.integer({ min: 1, max: 31_536_000 }),
        (before, after, seconds) => {
          const value = [...before, `s-maxage=${seconds}`, ...after].join(', ');
          expect(secondsFor({ 'cache-control': value })).toBe(seconds);
        },
      ),
    );
  });

  test('seconds and their limit come from one field, and nothing is stale that must not be', () => {
    const field = fc.constantFrom('vercel-cdn-cache-control', 'cdn-cache-control', 'cache-control');
    const seconds = fc.integer({ min: 1, max: 31_536_000 });
    const revalidated = fc.constantFrom('must-revalidate', 'proxy-revalidate', undefined);
    fc.assert(
      fc.property(
        field,
        seconds,
        fc.option(seconds),
        revalidated,
        fc.array(token),
        (name, fresh, stale, must, more) => {
          const window = stale === null ? [] : [`stale-while-revalidate=${stale}`];
          const value = [...more, ...window, `s-maxage=${fresh}`, ...(must === undefined ? [] : [must])].join(', ');
          expect(expirationOf(new Headers({ [name]: value }), undefined, BY_DEFAULT, NOON)).toEqual({
            kind: 'stored',
            seconds: fresh,
            staleWhileRevalidate: must === undefined ? (stale ?? undefined) : 0,
          });
        },
      ),
    );
  });

  test('private and no-store are obeyed beside any other directives', () => {
    fc.assert(
      fc.property(fc.array(token), fc.constantFrom('private', 'no-store', 'PRIVATE', 'No-Store'), (others, word) => {
        expect(secondsFor({ 'cache-control': [...others, word, 's-maxage=60'].join(',') })).toMatch(/^not stored/);
      }),
    );
  });
});
