import { describe, expect, test } from 'vitest';
import { answering, ask, holdReplies, startEdge, startOrigin } from '../fixture.ts';

const VARIES = { 'cache-control': 'max-age=100, stale-while-revalidate=100', etag: '"v1"', vary: '*' };

describe('Vary: *', () => {
  test.each(['*', 'Cookie, *', '*, *'])('is not served from the cache under a minimum TTL of 0 (%s)', async (vary) => {
    const origin = await startOrigin(answering(200, { ...VARIES, vary }, 'one'));
    const edge = await startEdge(origin);
    await ask(edge, '/a');
    origin.respond = answering(200, { ...VARIES, vary }, 'two');
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Miss', body: 'two' });
  });

  test('asks the origin without conditions', async () => {
    const origin = await startOrigin(answering(200, VARIES, 'one'));
    const edge = await startEdge(origin);
    await ask(edge, '/a');
    await ask(edge, '/a');
    expect(origin.seen[1]?.headers).not.toHaveProperty('if-none-match');
  });

  test('does not share a response among those who asked at the same time', async () => {
    const origin = await startOrigin();
    const held = holdReplies(origin);
    const edge = await startEdge(origin);
    const replies = Promise.all([ask(edge, '/a'), ask(edge, '/a')]);
    await edge.received(2);
    for (const body of ['one', 'two']) (await held.next()).writeHead(200, VARIES).end(body);
    expect((await replies).map(({ body }) => body).sort()).toEqual(['one', 'two']);
  });

  test('is still there when the origin fails', async () => {
    const origin = await startOrigin(answering(200, VARIES, 'one'));
    const edge = await startEdge(origin);
    await ask(edge, '/a');
    origin.respond = answering(500, {}, 'broken');
    expect(await ask(edge, '/a')).toMatchObject({ status: 200, body: 'one' });
  });

  test('means nothing under another minimum TTL', async () => {
    const origin = await startOrigin(answering(200, VARIES));
    const edge = await startEdge(origin, { policy: { ttl: [1, 1, 1000] } });
    await ask(edge, '/a');
    expect((await ask(edge, '/a')).cache).toBe('Hit');
  });
});

test('Vary of a header that is not in the cache key makes no difference', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100', vary: 'User-Agent' }));
  const edge = await startEdge(origin);
  await ask(edge, '/a', { headers: { 'user-agent': 'one' } });
  expect((await ask(edge, '/a', { headers: { 'user-agent': 'two' } })).cache).toBe('Hit');
});
