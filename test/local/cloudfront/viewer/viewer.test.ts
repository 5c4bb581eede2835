import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import {
  ALL_VIEWER_EXCEPT_HOST,
  answering,
  ask,
  CACHING_DISABLED,
  holdReplies,
  open,
  startEdge,
  startOrigin,
} from '../fixture.ts';

const CACHED = { 'cache-control': 'max-age=100', etag: '"v1"', 'last-modified': 'Sun, 22 Nov 2026 09:00:00 GMT' };

test.each<[string, Record<string, string>, number]>([
  ['the same ETag', { 'if-none-match': '"v1"' }, 304],
  ['a weak form of the ETag', { 'if-none-match': 'W/"v1"' }, 304],
  ['one of several ETags', { 'if-none-match': '"v0", "v1"' }, 304],
  ['any ETag', { 'if-none-match': '*' }, 304],
  ['another ETag', { 'if-none-match': '"v2"' }, 200],
  ['a later date', { 'if-modified-since': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 304],
  ['an earlier date', { 'if-modified-since': 'Sun, 22 Nov 2026 08:00:00 GMT' }, 200],
  ['another ETag and a later date', { 'if-none-match': '"v2"', 'if-modified-since': CACHED['last-modified'] }, 200],
])('a viewer that has %s gets %i', async (_, headers, status) => {
  const origin = await startOrigin(answering(200, CACHED, 'hello'));
  const edge = await startEdge(origin);
  for (const cache of ['Miss', 'Hit']) {
    const reply = await ask(edge, '/a', { headers });
    expect(reply).toMatchObject({ status, cache, body: status === 304 ? '' : 'hello' });
    expect(reply.headers.etag).toBe('"v1"');
  }
});

test.each<[string, number, string, string | undefined]>([
  ['bytes=0-1', 206, 'he', 'bytes 0-1/5'],
  ['bytes=3-', 206, 'lo', 'bytes 3-4/5'],
  ['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
  ['bytes=-99', 206, 'hello', 'bytes 0-4/5'],
  ['bytes=1-99', 206, 'ello', 'bytes 1-4/5'],
  ['bytes=5-', 416, '', 'bytes */5'],
  ['bytes=-0', 416, '', 'bytes */5'],
  ['bytes=7-8,9-', 416, '', 'bytes */5'],
  ['bytes=0-1,7-8', 206, 'he', 'bytes 0-1/5'],
  ['lines=1-2', 200, 'hello', undefined],
])('the range %s of a cached object is %i', async (range, status, body, contentRange) => {
  const origin = await startOrigin(answering(200, CACHED, 'hello'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  const reply = await ask(edge, '/a', { headers: { range } });
  expect(reply).toMatchObject({ status, body });
  expect(reply.headers['content-range']).toBe(contentRange);
});

test('a range of another version is the whole object', async () => {
  const origin = await startOrigin(answering(200, CACHED, 'hello'));
  const edge = await startEdge(origin);
  const headers = { range: 'bytes=0-1', 'if-range': '"v0"' };
  expect(await ask(edge, '/a', { headers })).toMatchObject({ status: 200, body: 'hello' });
});

test('where nothing is cached, conditions and ranges are for the origin to answer', async () => {
  const origin = await startOrigin(answering(206, { 'content-range': 'bytes 0-1/5' }, 'he'));
  const edge = await startEdge(origin, { behavior: { CachePolicyId: CACHING_DISABLED } });
  const headers = { range: 'bytes=0-1', 'if-none-match': '"v1"' };
  expect(await ask(edge, '/a', { headers })).toMatchObject({ status: 206, body: 'he' });
  expect(origin.seen[0]?.headers).toMatchObject(headers);
});

test('every answer says what the cache did and through what it came', async () => {
  const origin = await startOrigin(answering(200, { ...CACHED, 'content-length': '5' }, 'hello'));
  const edge = await startEdge(origin);
  const { headers } = await ask(edge, '/a');
  expect(headers).toMatchObject({
    'x-cache': 'Miss from cloudfront',
    via: '1.1 d1.cloudfront.net (CloudFront)',
    'x-amz-cf-id': expect.stringMatching(/^[\w-]{43}$/),
    'x-amz-cf-pop': 'LOCAL1-C1',
    'content-length': '5',
    date: 'Sun, 22 Nov 2026 10:00:00 GMT',
  });
});

test('a cookie of the origin is dropped where no cookies are forwarded, and kept where they are', async () => {
  const origin = await startOrigin(answering(200, { 'set-cookie': ['a=1', 'b=2'] }));
  const closed = await startEdge(origin);
  expect((await ask(closed, '/a')).headers['set-cookie']).toBeUndefined();
  const live = await startEdge(origin, { behavior: { OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST } });
  expect((await ask(live, '/a')).headers['set-cookie']).toEqual(['a=1', 'b=2']);
});

test('a response headers policy removes and adds, and overrides where it says so', async () => {
  const origin = await startOrigin(answering(404, { 'cache-tag': 'a', 'x-kept': 'origin', 'x-replaced': 'origin' }));
  const policy = {
    RemoveHeadersConfig: { Items: [{ Header: 'Cache-Tag' }] },
    CustomHeadersConfig: {
      Items: [
        { Header: 'X-Kept', Value: 'policy', Override: false },
        { Header: 'X-Replaced', Value: 'policy', Override: true },
      ],
    },
    SecurityHeadersConfig: {
      StrictTransportSecurity: { AccessControlMaxAgeSec: 60, IncludeSubdomains: true, Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
    },
  };
  const edge = await startEdge(origin, {
    behavior: { ResponseHeadersPolicyId: 'own' },
    resources: { responseHeadersPolicies: new Map([['own', policy]]) },
  });
  const { headers } = await ask(edge, '/a');
  expect(headers['cache-tag']).toBeUndefined();
  expect(headers).toMatchObject({
    'x-kept': 'origin',
    'x-replaced': 'policy',
    'strict-transport-security': 'max-age=60; includeSubDomains',
    'x-frame-options': 'DENY',
  });
});

test('the managed SecurityHeadersPolicy is known', async () => {
  const origin = await startOrigin();
  const ResponseHeadersPolicyId = '67f7725c-6f97-4210-82d7-5512b31e9d03';
  const edge = await startEdge(origin, { behavior: { ResponseHeadersPolicyId } });
  expect((await ask(edge, '/a')).headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'x-xss-protection': '1; mode=block',
  });
});

test.each([
  ['CachingDisabled', { CachePolicyId: CACHING_DISABLED }],
  ['a cache policy, no-store', {}],
])('a response that is not cached streams as it comes (%s)', async (_, behavior) => {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  const edge = await startEdge(origin, { behavior });
  const opening = open(edge, '/a');
  const reply = await held.next();
  reply.writeHead(200, { 'cache-control': 'no-store' }).write('first ');
  const message = await opening;
  const [chunk] = (await once(message, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('first ');
  reply.end('second');
  expect(((await once(message, 'data')) as [Buffer])[0].toString()).toBe('second');
});

test('a stream that the origin breaks off is broken for the viewer too', async () => {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  const edge = await startEdge(origin);
  const opening = open(edge, '/a');
  const reply = await held.next();
  reply.writeHead(200, { 'cache-control': 'no-store' }).write('first');
  const message = await opening;
  reply.destroy();
  await expect(buffer(message)).rejects.toThrow('aborted');
});

test('a request that the viewer gives up is given up at the origin', async () => {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  const edge = await startEdge(origin);
  const opening = open(edge, '/a');
  const reply = await held.next();
  const closed = once(reply, 'close');
  reply.writeHead(200, { 'cache-control': 'no-store' }).write('first');
  (await opening).destroy();
  await closed;
  expect(reply.writableFinished).toBe(false);
});

test('each request is an event with what the edge did and the headers that are watched', async () => {
  const origin = await startOrigin(answering(200, { ...CACHED, 'x-state': 'made', 'x-other': '1' }, 'hello'));
  const watchedHeaders = ['X-State', 'x-missing'];
  const edge = await startEdge(origin, {
    resources: { watchedHeaders },
    viewerResponse: `function handler(event) { delete event.response.headers['x-state']; return event.response; }`,
  });
  await ask(edge, '/a?b=1');
  await ask(edge, '/a?b=1');
  const headers = { 'x-state': 'made' };
  const event = { kind: 'request', at: edge.clock.now(), method: 'GET', path: '/a?b=1', status: 200, headers };
  expect(await edge.requestEvents(2)).toMatchObject([
    { ...event, edge: 'Miss from cloudfront' },
    { ...event, edge: 'Hit from cloudfront' },
  ]);
});
