import type { OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  answering,
  CACHING_DISABLED,
  type EdgeSetup,
  open,
  startEdge,
  startOrigin,
  type TestEdge,
} from '../fixture.ts';

const PAGE = '<p>hello</p>'.repeat(100);
const HTML = { 'cache-control': 'max-age=100', 'content-type': 'text/html; charset=utf-8', etag: '"v1"' };
const COMPRESSING: EdgeSetup = { policy: { codings: true }, behavior: { Compress: true } };

function sized(body: string, headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return { ...HTML, 'content-length': String(Buffer.byteLength(body)), ...headers };
}

async function fetchRaw(edge: TestEdge, acceptEncoding: string | undefined, { method = 'GET', headers = {} } = {}) {
  const accepting = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
  const message = await open(edge, '/a', { method, headers: { ...headers, ...accepting } });
  const body = await buffer(message);
  const cache = String(message.headers['x-cache']).replace(' from cloudfront', '');
  return { status: message.statusCode, headers: message.headers, body, cache };
}

function unpacked(coding: string | undefined, body: Buffer): string {
  if (coding === 'br') return brotliDecompressSync(body).toString();
  return coding === 'gzip' ? gunzipSync(body).toString() : body.toString();
}

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['deflate', undefined],
  [undefined, undefined],
])('a viewer who accepts %s gets the page in %s, of misses and hits', async (acceptEncoding, coding) => {
  const origin = await startOrigin(answering(200, sized(PAGE), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  for (const cache of ['Miss', 'Hit']) {
    const reply = await fetchRaw(edge, acceptEncoding);
    expect(reply).toMatchObject({ status: 200, cache });
    expect(reply.headers['content-encoding']).toBe(coding);
    expect(unpacked(coding, reply.body)).toBe(PAGE);
    if (coding !== undefined) expect(reply.body.length).toBeLessThan(PAGE.length / 2);
  }
  expect(origin.seen).toHaveLength(1);
});

test('what is compressed has a weak entity tag, and says on what it depends', async () => {
  const origin = await startOrigin(answering(200, sized(PAGE, { vary: 'Cookie' }), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  const { headers } = await fetchRaw(edge, 'gzip');
  expect(headers).toMatchObject({ etag: 'W/"v1"', vary: 'Cookie, Accept-Encoding' });
  expect((await fetchRaw(edge, undefined)).headers.etag).toBe('"v1"');
});

test.each([
  ['a weak one stays', 'W/"v1"', 'W/"v1"'],
  ['one that is none goes', 'v1', undefined],
])('of the entity tags of compressed objects %s', async (_, etag, expected) => {
  const origin = await startOrigin(answering(200, sized(PAGE, { etag }), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  expect((await fetchRaw(edge, 'gzip')).headers.etag).toBe(expected);
});

describe('the edge does not compress', () => {
  const short = 'x'.repeat(999);
  const long = 'x'.repeat(10_000_001);
  test.each<[what: string, headers: OutgoingHttpHeaders, body: string, status?: number]>([
    ['less than 1,000 bytes', sized(short), short],
    ['more than 10,000,000 bytes', sized(long), long],
    ['a response without Content-Length', HTML, PAGE],
    ['an image', sized(PAGE, { 'content-type': 'image/png' }), PAGE],
    ['a response without a type', { 'content-length': String(PAGE.length), 'cache-control': 'max-age=9' }, PAGE],
    ['what has a Content-Encoding, whatever it is', sized(PAGE, { 'content-encoding': 'identity' }), PAGE],
    ['a response of status 500', sized(PAGE), PAGE, 500],
    ['a redirect', sized(PAGE, { location: '/b' }), PAGE, 302],
  ])('%s', async (_, headers, body, status = 200) => {
    const origin = await startOrigin(answering(status, headers, body));
    const edge = await startEdge(origin, COMPRESSING);
    const reply = await fetchRaw(edge, 'gzip, br');
    expect(reply.headers['content-encoding']).toBe(headers['content-encoding']);
    expect(reply.body.toString() === body).toBe(true);
  });

  test.each<[string, EdgeSetup]>([
    ['the behavior does not say so', { policy: { codings: true } }],
    ['the cache policy has no codings', { behavior: { Compress: true } }],
    ['nothing is cached', { behavior: { Compress: true, CachePolicyId: CACHING_DISABLED } }],
  ])('where %s', async (_, setup) => {
    const origin = await startOrigin(answering(200, sized(PAGE), PAGE));
    const edge = await startEdge(origin, setup);
    expect((await fetchRaw(edge, 'gzip, br')).headers['content-encoding']).toBeUndefined();
  });

  test('the response to a HEAD, which has no body', async () => {
    const origin = await startOrigin(answering(200, sized(PAGE)));
    const edge = await startEdge(origin, COMPRESSING);
    const reply = await fetchRaw(edge, 'gzip', { method: 'HEAD' });
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(reply.headers['content-length']).toBe(String(PAGE.length));
  });

  test('a part', async () => {
    const headers = sized(PAGE, { 'content-range': `bytes 0-${PAGE.length - 1}/9999` });
    const origin = await startOrigin(answering(206, headers, PAGE));
    const edge = await startEdge(origin, COMPRESSING);
    const range = { headers: { range: `bytes=0-${PAGE.length - 1}` } };
    expect((await fetchRaw(edge, 'gzip', range)).headers['content-encoding']).toBeUndefined();
  });
});

test.each([403, 404])('a response of status %i is compressed too', async (status) => {
  const origin = await startOrigin(answering(status, sized(PAGE), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  expect((await fetchRaw(edge, 'gzip')).headers['content-encoding']).toBe('gzip');
});

test('a response that is not kept is compressed too', async () => {
  const origin = await startOrigin(answering(200, sized(PAGE, { 'cache-control': 'no-store' }), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  const reply = await fetchRaw(edge, 'gzip');
  expect([reply.headers['content-encoding'], unpacked('gzip', reply.body)]).toEqual(['gzip', PAGE]);
});

test('what is compressed at the origin is passed on as it is, each coding kept by itself', async () => {
  const origin = await startOrigin((request, reply) => {
    const coding = String(request.headers['accept-encoding']);
    answering(200, sized(coding, { 'content-encoding': coding }), coding)(request, reply);
  });
  const edge = await startEdge(origin, COMPRESSING);
  for (const coding of ['br', 'gzip']) {
    const { headers, body } = await fetchRaw(edge, coding);
    expect([headers['content-encoding'], headers.etag, body.toString()]).toEqual([coding, '"v1"', coding]);
  }
  expect((await fetchRaw(edge, 'br')).cache).toBe('Hit');
});

test('all variants of an object are purged together', async () => {
  const origin = await startOrigin(answering(200, sized(PAGE, { 'cache-tag': 'post-1' }), PAGE));
  const config = { CacheTagConfig: { HeaderName: 'cache-tag' } };
  const edge = await startEdge(origin, { ...COMPRESSING, config });
  for (const item of ['/a', '#post-1']) {
    for (const acceptEncoding of ['br', 'gzip', undefined]) await fetchRaw(edge, acceptEncoding);
    expect(edge.distribution.invalidate([item], item).removed).toBe(3);
  }
});

test('a 304 keeps the compressed object, and its entity tag weak', async () => {
  const origin = await startOrigin(answering(200, sized(PAGE), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  await fetchRaw(edge, 'gzip');
  edge.passSeconds(100);
  origin.respond = answering(304, { 'cache-control': 'max-age=100', etag: '"v1"' });
  const reply = await fetchRaw(edge, 'gzip');
  expect(reply).toMatchObject({ cache: 'RefreshHit', headers: { etag: 'W/"v1"', 'content-encoding': 'gzip' } });
  expect(unpacked('gzip', reply.body)).toBe(PAGE);
  expect(origin.seen[1]?.headers['if-none-match']).toBe('W/"v1"');
});

test('a range of a compressed object is one of the compressed bytes', async () => {
  const origin = await startOrigin(answering(200, sized(PAGE), PAGE));
  const edge = await startEdge(origin, COMPRESSING);
  const whole = await fetchRaw(edge, 'gzip');
  const part = await fetchRaw(edge, 'gzip', { headers: { range: 'bytes=10-19' } });
  expect(part).toMatchObject({ status: 206, headers: { 'content-encoding': 'gzip' } });
  expect(part.body.equals(whole.body.subarray(10, 20))).toBe(true);
});
