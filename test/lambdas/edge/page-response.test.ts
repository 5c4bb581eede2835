import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFunctionResponse } from '../../../lib/local/cloudfront/functions/result.ts';
import { loadEdgeFunction, requestEvent } from './run-edge-function.ts';

async function headersAfter(headers: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const handler = await loadEdgeFunction('page-response');
  const response = {
    statusCode: 200,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }])),
  };
  const result = handler({ ...requestEvent('/a'), response });
  return Object.fromEntries(Object.entries(result.headers).map(([name, { value }]) => [name, value]));
}

test.each([
  'public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=31536000',
  'public, S-MaxAge=30',
])('a browser asks again each time for what only the edge keeps: %s', async (cacheControl) => {
  const headers = await headersAfter({ 'cache-control': cacheControl });
  expect(headers['cache-control']).toBe('public, max-age=0, must-revalidate');
});

test.each(['private, no-store', 'public, max-age=3600'])('%s is for browsers too', async (cacheControl) => {
  expect(await headersAfter({ 'cache-control': cacheControl })).toEqual({ 'cache-control': cacheControl });
});

test("tags and S3's metadata do not reach viewers, everything else does", async () => {
  const headers = await headersAfter({
    'cache-tag': 'a,b',
    'x-amz-meta-isr': '{}',
    'x-amz-version-id': '1',
    'x-amzn-trace-id': 'Root=1',
    'x-amz-cf-id': 'kept',
    etag: '"1"',
    'x-isr-cache': 'HIT',
  });
  expect(headers).toEqual({ etag: '"1"', 'x-isr-cache': 'HIT', 'x-amz-cf-id': 'kept' });
});

test('of S3, the second origin, gets the status and the headers that the page was rendered with', async () => {
  const handler = await loadEdgeFunction('page-response');
  const facts = { status: 302, headers: { location: '/x', 'content-type': 'other', 'x-accel-buffering': 'no' } };
  const response = handler({
    ...requestEvent('/a'),
    response: {
      statusCode: 200,
      headers: { 'content-type': { value: 'text/html' }, 'x-amz-meta-isr': { value: JSON.stringify(facts) } },
    },
  });
  expect(response).toEqual({
    statusCode: 302,
    headers: { 'content-type': { value: 'text/html' }, location: { value: '/x' } },
  });
});

test('a redirect that S3 gave has no content type if the site gave it none', async () => {
  const facts = JSON.stringify({ status: 302, headers: { location: '/x' } });
  const headers = await headersAfter({ 'content-type': 'application/octet-stream', 'x-amz-meta-isr': facts });
  expect(headers).toEqual({ location: '/x' });
});

test.each(['page-response', 'live-response'])('%s takes away the type that only Lambda gave', async (name) => {
  const handler = await loadEdgeFunction(name);
  const headers = { 'content-type': { value: 'application/octet-stream' }, location: { value: '/x' } };
  const response = { statusCode: 302, headers: { ...headers, 'x-isr-untyped': { value: '1' } } };
  expect(handler({ ...requestEvent('/a'), response }).headers).toEqual({ location: { value: '/x' } });
  expect(handler({ ...requestEvent('/a'), response: { statusCode: 200, headers } }).headers).toEqual(headers);
});

test('of S3 without all facts, or a part of a page, keeps its status', async () => {
  const handler = await loadEdgeFunction('page-response');
  const response = (statusCode: number, facts: object) =>
    handler({
      ...requestEvent('/a'),
      response: { statusCode, headers: { 'x-amz-meta-isr': { value: JSON.stringify(facts) } } },
    });
  expect(response(200, { reference: 'abc' })).toEqual({ statusCode: 200, headers: {} });
  expect(response(206, { status: 200, headers: {} })).toEqual({ statusCode: 206, headers: {} });
});

test('a page that S3 gave does not say when to come back, one of the site says what it wants', async () => {
  expect(await headersAfter({ 'retry-after': '30', etag: '"1"' })).toEqual({ etag: '"1"' });
  const fromServe = { 'retry-after': '120', 'x-isr-cache': 'HIT' };
  expect(await headersAfter(fromServe)).toEqual(fromServe);
});

test.each([{}, { location: '' }, { location: 7 }])(
  'a redirect of S3 that leads nowhere (%j) is a failure for the viewer too',
  async (headers) => {
    const handler = await loadEdgeFunction('page-response');
    const entry = { value: JSON.stringify({ status: 301, headers }) };
    const response = { statusCode: 200, headers: { 'x-amz-meta-isr': entry } };
    expect(handler({ ...requestEvent('/a'), response })).toMatchObject({ statusCode: 502 });
  },
);

test('whatever stands in the facts of an object, the function does not throw, and CloudFront takes what it returns', async () => {
  const handler = await loadEdgeFunction('page-response');
  const names = ['location', 'constructor', '__proto__', 'set-cookie', 'x-amzn-requestid', 'via', 'A b', ''];
  const spoiltHeaders = fc.dictionary(
    fc.oneof(fc.constantFrom(...names), fc.string()),
    fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constant({ toString: 1, valueOf: 1 })),
  );
  const spoiltFacts = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({
        status: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
        headers: fc.oneof(spoiltHeaders, fc.jsonValue()),
      })
      .map((facts) => JSON.stringify(facts)),
  );
  fc.assert(
    fc.property(spoiltFacts, fc.constantFrom(200, 206, 301, 304), (facts, statusCode) => {
      const response = { statusCode, headers: { 'x-amz-meta-isr': { value: facts }, etag: { value: '"1"' } } };
      const result = readFunctionResponse(handler({ ...requestEvent('/a'), response }), {}, 'viewer-response');
      expect(result.headers.etag).toBe('"1"');
    }),
    { numRuns: 500 },
  );
});
