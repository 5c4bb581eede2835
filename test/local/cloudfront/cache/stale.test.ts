import { expect, test } from 'vitest';
import { answering, ask, holdReplies, startEdge, startOrigin, type TestOrigin } from '../fixture.ts';

const SWR = { 'cache-control': 'max-age=10, stale-while-revalidate=60' };

test('a stale object is served at once and revalidated once in the background', async () => {
  const origin = await startOrigin(answering(200, SWR, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(30);
  const held = holdReplies(origin);
  const replies = await Promise.all([ask(edge, '/a'), ask(edge, '/a'), ask(edge, '/a')]);
  expect(replies.map(({ body, cache }) => `${cache} ${body}`)).toEqual(['Hit old', 'Hit old', 'Hit old']);
  (await held.next()).writeHead(200, SWR).end('new');
  await edge.distribution.settled();
  expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'new' });
  expect(origin.seen).toHaveLength(2);
});

test('after the stale window the viewer waits for the origin', async () => {
  const origin = await startOrigin(answering(200, SWR, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(70);
  origin.respond = answering(200, SWR, 'new');
  expect(await ask(edge, '/a')).toMatchObject({ cache: 'Miss', body: 'new' });
});

test('MaxTTL ends the stale window', async () => {
  const origin = await startOrigin(answering(200, SWR, 'old'));
  const edge = await startEdge(origin, { policy: { ttl: [0, 0, 20] } });
  await ask(edge, '/a');
  edge.passSeconds(20);
  origin.respond = answering(200, SWR, 'new');
  expect((await ask(edge, '/a')).body).toBe('new');
});

test('s-maxage opens a stale window as max-age does', async () => {
  const cacheControl = 'public, max-age=0, s-maxage=10, stale-while-revalidate=60';
  const origin = await startOrigin(answering(200, { 'cache-control': cacheControl }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(30);
  expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'old' });
});

test('a background revalidation that fails keeps the stale object', async () => {
  const origin = await startOrigin(
    answering(200, { 'cache-control': `${SWR['cache-control']}, stale-if-error=0` }, 'old'),
  );
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(30);
  origin.respond = answering(500, {}, 'broken');
  await ask(edge, '/a');
  await edge.distribution.settled();
  expect(await ask(edge, '/a')).toMatchObject({ status: 200, body: 'old' });
});

test('a background revalidation that may no longer be stored removes the object', async () => {
  const origin = await startOrigin(answering(200, SWR, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(30);
  origin.respond = answering(200, { 'cache-control': 'no-store' }, 'private now');
  await ask(edge, '/a');
  await edge.distribution.settled();
  expect(await ask(edge, '/a')).toMatchObject({ cache: 'Miss', body: 'private now' });
});

const BREAKS: readonly [string, TestOrigin['respond']][] = [
  ['answers 500', answering(500, {}, 'broken')],
  ['answers 503', answering(503, {}, 'broken')],
  ['closes the connection', (_, reply) => reply.destroy()],
];

test.each(BREAKS)('stale-if-error serves the old object while the origin %s', async (_, broken) => {
  const cacheControl = 'max-age=10, stale-if-error=100';
  const origin = await startOrigin(answering(200, { 'cache-control': cacheControl }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(50);
  origin.respond = broken;
  expect(await ask(edge, '/a')).toMatchObject({ status: 200, body: 'old' });
});

const BREAKING_OFF: TestOrigin['respond'] = (_, reply) => {
  reply.writeHead(200, { ...SWR, 'content-length': '100' });
  reply.write('half', () => reply.destroy());
};

test('a response that breaks off is broken for the viewer, and the old object stays for the next', async () => {
  const cacheControl = 'max-age=10, stale-if-error=100';
  const origin = await startOrigin(answering(200, { 'cache-control': cacheControl }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(50);
  origin.respond = BREAKING_OFF;
  await expect(ask(edge, '/a')).rejects.toThrow('aborted');
  origin.respond = answering(500, {}, 'broken');
  expect(await ask(edge, '/a')).toMatchObject({ status: 200, body: 'old' });
});

test('a background revalidation that breaks off keeps the stale object', async () => {
  const origin = await startOrigin(answering(200, SWR, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(30);
  origin.respond = BREAKING_OFF;
  await ask(edge, '/a');
  await edge.distribution.settled();
  expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'old' });
});

test('a 304 updates headers that begin with content-, but none about the stored bytes', async () => {
  const old = { 'content-security-policy': 'old', 'content-type': 'text/plain' };
  const ofBytes = { 'content-encoding': 'identity', 'content-length': '4' };
  const common = { 'cache-control': 'max-age=10', etag: '"v1"' };
  const origin = await startOrigin(answering(200, { ...common, ...old, ...ofBytes }, 'body'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(11);
  const updates = { 'content-security-policy': 'new', 'content-type': 'text/html' };
  origin.respond = answering(304, { ...common, ...updates, 'content-encoding': 'br' });
  for (const cache of ['RefreshHit', 'Hit']) {
    const reply = await ask(edge, '/a');
    expect(reply).toMatchObject({ cache, body: 'body', headers: { ...updates, ...ofBytes } });
  }
});

test('with stale-if-error every request asks the origin first', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10, stale-if-error=100' }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(50);
  origin.respond = answering(500, {});
  await ask(edge, '/a');
  await ask(edge, '/a');
  expect(origin.seen).toHaveLength(3);
});

test('after the stale-if-error window the error is shown', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10, stale-if-error=100' }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(111);
  origin.respond = answering(500, {}, 'broken');
  expect(await ask(edge, '/a')).toMatchObject({ status: 500, body: 'broken', cache: 'Error' });
});

test('without stale-if-error an expired object is served all the same, and the origin left alone for 10 s', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10' }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(5000);
  origin.respond = answering(500, {}, 'broken');
  expect(await ask(edge, '/a')).toMatchObject({ status: 200, body: 'old' });
  edge.passSeconds(9);
  await ask(edge, '/a');
  expect(origin.seen).toHaveLength(2);
  edge.passSeconds(1);
  await ask(edge, '/a');
  expect(origin.seen).toHaveLength(3);
});

test('stale-if-error=0 shows the error', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10, stale-if-error=0' }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(11);
  origin.respond = answering(500, {}, 'broken');
  expect((await ask(edge, '/a')).status).toBe(500);
});

test('a 404 replaces an expired object: stale is for failures only', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10, stale-if-error=100' }, 'old'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(11);
  origin.respond = answering(404, {}, 'gone');
  expect(await ask(edge, '/a')).toMatchObject({ status: 404, body: 'gone' });
});

test('an expired object is revalidated with its ETag, and a 304 makes it fresh with the new headers', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10', etag: '"v1"', 'x-a': '1' }, 'body'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(11);
  origin.respond = answering(304, { 'cache-control': 'max-age=100', etag: '"v1"', 'x-a': '2' });
  const refreshed = await ask(edge, '/a');
  expect(refreshed).toMatchObject({ status: 200, cache: 'RefreshHit', body: 'body' });
  expect(refreshed.headers['x-a']).toBe('2');
  expect(origin.seen[1]?.headers['if-none-match']).toBe('"v1"');
  edge.passSeconds(90);
  expect((await ask(edge, '/a')).cache).toBe('Hit');
});

test('a background revalidation uses the ETag too', async () => {
  const origin = await startOrigin(answering(200, { ...SWR, etag: '"v1"' }, 'body'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  edge.passSeconds(30);
  origin.respond = answering(304, { ...SWR, etag: '"v1"' });
  await ask(edge, '/a');
  await edge.distribution.settled();
  expect(origin.seen[1]?.headers['if-none-match']).toBe('"v1"');
  expect([...edge.distribution.cachedObjects()]).toMatchObject([{ uri: '/a', state: 'fresh', ageSeconds: 0 }]);
});

test('nothing is revalidated with conditions where cookies are forwarded', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10', etag: '"v1"' }, 'body'));
  const edge = await startEdge(origin, { policy: { cookies: 'all' } });
  await ask(edge, '/a');
  edge.passSeconds(11);
  await ask(edge, '/a');
  expect(origin.seen[1]?.headers['if-none-match']).toBeUndefined();
});

test('two hundred requests for a missing object ask the origin once', async () => {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  const edge = await startEdge(origin);
  const replies = Promise.all(Array.from({ length: 200 }, () => ask(edge, '/a')));
  await edge.received(200);
  (await held.next()).writeHead(200, { 'cache-control': 'max-age=10' }).end('once');
  expect(new Set((await replies).map(({ body }) => body))).toEqual(new Set(['once']));
  expect(origin.seen).toHaveLength(1);
});

test('requests that waited for a response which may not be stored each get their own', async () => {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  const edge = await startEdge(origin);
  const replies = Promise.all([ask(edge, '/a'), ask(edge, '/a'), ask(edge, '/a')]);
  await edge.received(3);
  for (const body of ['one', 'two', 'three']) {
    (await held.next()).writeHead(200, { 'cache-control': 'no-store' }).end(body);
  }
  expect(new Set((await replies).map(({ body }) => body))).toEqual(new Set(['one', 'two', 'three']));
});
