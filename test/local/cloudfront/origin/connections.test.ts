import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { answering, ask, CACHING_DISABLED, type EdgeSetup, startEdge, startOrigin, type TestEdge } from '../fixture.ts';

const LIVE: EdgeSetup = {
  behavior: {
    AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
    CachePolicyId: CACHING_DISABLED,
  },
};

/** An origin that notes which connection each request comes by. */
async function startConnected(setup: EdgeSetup = {}, headers = {}) {
  const sockets: Socket[] = [];
  const origin = await startOrigin((request, reply) => {
    if (reply.socket !== null) sockets.push(reply.socket);
    answering(200, { 'cache-control': 'no-store', ...headers }, 'hello')(request, reply);
  });
  return { origin, sockets, edge: await startEdge(origin, { ...LIVE, ...setup }) };
}

async function socketAfter(seconds: number, edge: TestEdge, sockets: readonly Socket[]): Promise<Socket | undefined> {
  edge.passSeconds(seconds);
  await ask(edge, '/again');
  return sockets.at(-1);
}

describe('an idle connection to an origin', () => {
  test('is used again within 5 s', async () => {
    const { edge, sockets } = await startConnected();
    await ask(edge, '/a');
    expect(await socketAfter(4.9, edge, sockets)).toBe(sockets[0]);
    // Each use begins another 5 s.
    expect(await socketAfter(4.9, edge, sockets)).toBe(sockets[0]);
  });

  test('is ended by the edge after 5 s', async () => {
    const { edge, sockets } = await startConnected();
    await ask(edge, '/a');
    const [first] = sockets;
    const ended = once(first as Socket, 'close');
    expect(await socketAfter(5, edge, sockets)).not.toBe(first);
    await ended;
  });

  test('is kept for as long as the distribution says', async () => {
    const { edge, sockets } = await startConnected({ origin: { CustomOriginConfig: { OriginKeepaliveTimeout: 60 } } });
    await ask(edge, '/a');
    expect(await socketAfter(59, edge, sockets)).toBe(sockets[0]);
    expect(await socketAfter(60, edge, sockets)).not.toBe(sockets[0]);
  });

  test('is ended before the origin does it, where the origin says when', async () => {
    const { edge, sockets } = await startConnected({}, { 'keep-alive': 'timeout=3' });
    await ask(edge, '/a');
    expect(await socketAfter(1.9, edge, sockets)).toBe(sockets[0]);
    expect(await socketAfter(2, edge, sockets)).not.toBe(sockets[0]);
  });
});

describe('a kept connection that the origin ends as the next request comes', () => {
  async function startEnding(count = 1) {
    const used = new Set<unknown>();
    const ended: string[] = [];
    const origin = await startOrigin((request, reply) => {
      if (used.has(reply.socket) && ended.length < count) {
        ended.push(request.method);
        reply.destroy();
        return;
      }
      used.add(reply.socket);
      answering(200, { 'cache-control': 'no-store' }, 'hello')(request, reply);
    });
    const edge = await startEdge(origin, LIVE);
    await ask(edge, '/a');
    return { edge, ended };
  }

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('is not taken for a failure by a %s', async (method) => {
    const { edge, ended } = await startEnding();
    expect((await ask(edge, '/b', { method })).status).toBe(200);
    expect(ended).toEqual([method]);
  });

  test.each(['POST', 'PATCH'])('is a 502 for a %s: nobody knows whether it was carried out', async (method) => {
    const { edge, ended } = await startEnding();
    expect((await ask(edge, '/b', { method })).status).toBe(502);
    expect(ended).toEqual([method]);
  });

  test('is a 502 for a body, which cannot be sent twice', async () => {
    const { edge, ended } = await startEnding();
    expect((await ask(edge, '/b', { method: 'PUT', body: 'a=1' })).status).toBe(502);
    expect(ended).toEqual(['PUT']);
  });
});

test('of a thousand requests at once none is lost', async () => {
  const { edge, sockets } = await startConnected();
  const paths = Array.from({ length: 1000 }, (_, index) => `/${index}`);
  const replies = await Promise.all(paths.map((path) => ask(edge, path)));
  expect(replies.filter(({ status, body }) => status !== 200 || body !== 'hello')).toEqual([]);
  expect(sockets).toHaveLength(1000);
});
