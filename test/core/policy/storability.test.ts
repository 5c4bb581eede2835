import { describe, expect, test } from 'vitest';
import { storabilityOf } from '../../../lib/core/policy/storability.ts';
import type { CacheHint } from '../../../lib/core/site.ts';
import { keyOf } from '../../fakes/world.ts';

const ORIGIN = { pageKey: keyOf('/a'), renderedAt: 1000, ledgerSequence: 3, bodyHash: 'abc' };

function storability(response: {
  status?: number;
  headers?: Record<string, string>;
  body?: Uint8Array;
  hint?: CacheHint | false;
}) {
  const { status = 200, headers = {}, body = Buffer.from('x'), hint } = response;
  return storabilityOf({ status, headers: new Headers(headers), body, hint }, ORIGIN, 60);
}

describe('what may be stored', () => {
  test.each([200, 301, 302, 307, 308, 404, 410])('a %i', (status) => {
    expect(storability({ status, headers: { location: '/b' } }).kind).toBe('storable');
  });

  test.each([301, 302, 303, 307, 308])('not a %i without a Location, or to no URL: that is a failure', (status) => {
    const nowhere = { kind: 'failed', reason: `the site answered ${status} without a Location` };
    expect(storability({ status })).toEqual(nowhere);
    expect(storability({ status, headers: { location: ' ', 'set-cookie': 'id=1' } })).toEqual(nowhere);
    expect(storability({ status, headers: { location: 'https://' } })).toEqual({
      kind: 'failed',
      reason: `the site answered ${status} to 'https://'`,
    });
  });

  test.each([201, 204, 206, 303, 304, 400, 401, 403, 405, 429, 500, 502, 503, 504])(
    'not a %i: that is a failure',
    (status) => {
      const reason = `the site answered ${status}`;
      expect(storability({ status, headers: { location: '/b' } })).toEqual({ kind: 'failed', reason });
    },
  );

  test.each<[string, Parameters<typeof storability>[0], string]>([
    ['a cookie', { headers: { 'set-cookie': 'id=1; Path=/' } }, 'set-cookie: id'],
    [
      'a cookie without a name, which is all value',
      { headers: { 'set-cookie': 'secret' } },
      'set-cookie: without a name',
    ],
    ['private', { headers: { 'cache-control': 'private' } }, 'cache-control: private'],
    ['vary: *', { headers: { vary: 'Accept, *' } }, 'vary: *'],
    ['a language', { headers: { vary: 'Accept-Language' } }, 'vary: accept-language'],
    ['a cookie that it read', { headers: { vary: 'Accept-Encoding, Cookie, ORIGIN' } }, 'vary: cookie, origin'],
    ['more than 10 MB', { body: new Uint8Array(10 * 1024 * 1024 + 1) }, '10485761 bytes are more than 10485760'],
    ['cache.set(false)', { hint: false }, 'the page opted out'],
  ])('nothing that is one viewer’s: %s', (_name, response, reason) => {
    expect(storability(response)).toEqual({ kind: 'private', reason });
  });
});

test('stores the headers that are for viewers and none that are for caches, connections or one viewer', () => {
  const result = storability({
    headers: {
      'content-type': 'text/html; charset=utf-8',
      link: '</a.css>; rel=preload',
      vary: 'Accept-Encoding, ',
      'cache-control': 's-maxage=10',
      'cdn-cache-control': 'max-age=60',
      'vercel-cdn-cache-control': 'max-age=3600',
      'cache-tag': 'post, blog',
      'vercel-cache-tag': 'blog,moved',
      'content-length': '1',
      connection: 'close',
      'x-prerender-revalidate': 'secret',
    },
  });
  expect(result).toEqual({
    kind: 'storable',
    page: {
      ...ORIGIN,
      body: Buffer.from('x'),
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        link: '</a.css>; rel=preload',
        vary: 'Accept-Encoding,',
      },
      expiration: 3600,
      tags: ['post', 'blog', 'moved'],
    },
  });
});

describe('what browsers ask by whether they have it already', () => {
  const NOVEMBER = new Date('2026-11-22T12:00:00.789Z');

  test.each<[string, Parameters<typeof storability>[0], Record<string, string>]>([
    ['headers', { headers: { etag: 'W/"a"', 'last-modified': 'x' } }, { etag: 'W/"a"', 'last-modified': 'x' }],
    [
      'Astro.cache',
      { hint: { etag: '"a"', lastModified: NOVEMBER } },
      {
        etag: '"a"',
        'last-modified': 'Sun, 22 Nov 2026 12:00:00 GMT',
      },
    ],
    ['Astro.cache over headers', { headers: { etag: '"b"' }, hint: { etag: '"a"' } }, { etag: '"a"' }],
    ['a tag without quotes', { hint: { etag: 'post-7' } }, { etag: '"post-7"' }],
    ['what is no tag and no date', { hint: { etag: 'a "b"', lastModified: new Date('soon') } }, {}],
  ])('is kept from %s', (_name, response, headers) => {
    expect(storability(response)).toMatchObject({ kind: 'storable', page: { headers } });
  });
});

test('a 404 is not kept for longer than a minute', () => {
  const lifeOf = (status: number, headers = {}) => {
    const result = storability({ status, headers });
    return result.kind === 'storable' ? result.page.expiration : undefined;
  };
  expect(lifeOf(404, { 'cache-control': 's-maxage=86400' })).toBe(60);
  expect(lifeOf(410, { 'cache-control': 's-maxage=86400' })).toBe(60);
  expect(lifeOf(404, { 'cache-control': 's-maxage=5' })).toBe(5);
  expect(lifeOf(200, { 'cache-control': 's-maxage=86400' })).toBe(86_400);
});
