import { expect, test } from 'vitest';
import { ALL_VIEWER_EXCEPT_HOST, answering, ask, type EdgeSetup, startEdge, startOrigin } from '../fixture.ts';

const CACHED = { 'cache-control': 'max-age=100', etag: '"v1"', 'last-modified': 'Sun, 22 Nov 2026 09:00:00 GMT' };

async function startCached(headers: Record<string, string> = CACHED, setup: EdgeSetup = {}) {
  const edge = await startEdge(await startOrigin(answering(200, headers, 'hello')), setup);
  await ask(edge, '/a');
  return edge;
}

test('several ranges that ascend are several parts', async () => {
  const edge = await startCached({ ...CACHED, 'content-type': 'text/plain' });
  const reply = await ask(edge, '/a', { headers: { range: 'bytes=0-0, 3-' } });
  expect(reply.status).toBe(206);
  const boundary = /^multipart\/byteranges; boundary="(.+)"$/.exec(String(reply.headers['content-type']))?.[1];
  const part = (range: string, body: string) =>
    `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/5\r\n\r\n${body}\r\n`;
  expect(reply.body).toBe(`${part('0-0', 'h')}${part('3-4', 'lo')}--${boundary}--\r\n`);
});

// AWS: the full object "instead of the specified ranges" where one is not valid, or they overlap or descend.
test.each(['bytes=3-1', 'bytes=0-1,3-1', 'bytes=3-4,0-1', 'bytes=0-2,2-3'])(
  'the ranges %s are the whole object',
  async (range) => {
    const edge = await startCached();
    expect(await ask(edge, '/a', { headers: { range } })).toMatchObject({ status: 200, body: 'hello' });
  },
);

test.each<[what: string, status: number, ifRange: string, etag: string]>([
  ['the strong entity tag of the object', 206, '"v1"', '"v1"'],
  ['that of another version', 200, '"v0"', '"v1"'],
  ['a weak entity tag, though it is the same', 200, 'W/"v1"', 'W/"v1"'],
  ['the date of the object', 206, CACHED['last-modified'], '"v1"'],
  ['a later date', 200, 'Sun, 22 Nov 2026 09:30:00 GMT', '"v1"'],
])('a range on the condition of %s is a %i', async (_, status, ifRange, etag) => {
  const edge = await startCached({ ...CACHED, etag });
  const reply = await ask(edge, '/a', { headers: { range: 'bytes=0-1', 'if-range': ifRange } });
  expect(reply).toMatchObject({ status, body: status === 206 ? 'he' : 'hello' });
});

test('a 304 for the viewer keeps the headers that are not about the body', async () => {
  const csp = "default-src 'self'";
  const described = { 'content-type': 'text/html', 'content-language': 'en', 'content-security-policy': csp };
  const edge = await startCached({ ...CACHED, ...described });
  const reply = await ask(edge, '/a', { headers: { 'if-none-match': '"v1"' } });
  expect(reply).toMatchObject({ status: 304, headers: { 'content-security-policy': csp } });
  expect(reply.headers).not.toHaveProperty('content-type');
  expect(reply.headers).not.toHaveProperty('content-language');
});

test.each(['2027', 'Sun, 22 Nov 2026 10:00:00 UTC', '2026-11-22T10:00:00Z'])(
  'a viewer with the date %s, which is none of HTTP, gets the page',
  async (date) => {
    const edge = await startCached({ 'cache-control': 'max-age=9', 'last-modified': CACHED['last-modified'] });
    expect((await ask(edge, '/a', { headers: { 'if-modified-since': date } })).status).toBe(200);
  },
);

test.each<[what: string, vary: string, setup: EdgeSetup, shown: string | undefined]>([
  ['Accept-Encoding and Cookie', 'accept-encoding, Cookie', {}, 'accept-encoding, Cookie'],
  ['nothing that the origin does not get', 'User-Agent, Origin', {}, undefined],
  ['what is in the cache key', 'Origin, X-Kind', { policy: { headers: ['x-kind'] } }, 'X-Kind'],
  ['what is forwarded', 'X-Own, Host', { behavior: { OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST } }, 'X-Own'],
  ['the star under a minimum TTL of 0', '*', {}, '*'],
  ['no star under another minimum TTL', '*, Cookie', { policy: { ttl: [1, 1, 100] } }, 'Cookie'],
])('of Vary the viewer sees %s', async (_, vary, setup, shown) => {
  const edge = await startCached({ 'cache-control': 'max-age=9', vary }, setup);
  expect((await ask(edge, '/other')).headers.vary).toBe(shown);
  expect((await ask(edge, '/a')).headers.vary).toBe(shown);
});
