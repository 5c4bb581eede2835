import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { StackClock } from '../../../../lib/local/clock.ts';
import type { Origin } from '../../../../lib/local/cloudfront/configuration/origins.ts';
import { type OriginTimeout, ResponseLimits } from '../../../../lib/local/cloudfront/origin/response-limits.ts';
import {
  answering,
  ask,
  CACHING_DISABLED,
  type EdgeSetup,
  holdReplies,
  open,
  startEdge,
  startOrigin,
} from '../fixture.ts';

const ALL_METHODS = { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'] };

async function startHeld(setup: EdgeSetup = {}) {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  return { origin, held, edge: await startEdge(origin, setup) };
}

describe('an origin that does not answer', () => {
  test.each(['GET', 'HEAD'])('is asked three times, 30 s each, and then a %s is a 504', async (method) => {
    const { origin, held, edge } = await startHeld();
    const reply = ask(edge, '/a', { method });
    for (const _ of ['first', 'second', 'third']) {
      await held.next();
      edge.passSeconds(30);
    }
    expect((await reply).status).toBe(504);
    expect(origin.seen).toHaveLength(3);
  });

  test('is waited for until the last moment', async () => {
    const { held, edge } = await startHeld();
    const reply = ask(edge, '/a');
    const first = await held.next();
    edge.passSeconds(29);
    first.end('in time');
    expect((await reply).body).toBe('in time');
  });

  test('has as many attempts and as much time as the distribution says', async () => {
    const config = { ConnectionAttempts: 2, CustomOriginConfig: { OriginReadTimeout: 5 } };
    const { origin, held, edge } = await startHeld({ origin: config });
    const reply = ask(edge, '/a');
    await held.next();
    edge.passSeconds(5);
    await held.next();
    edge.passSeconds(5);
    expect((await reply).status).toBe(504);
    expect(origin.seen).toHaveLength(2);
  });

  test('that answers the second time has answered', async () => {
    const { held, edge } = await startHeld();
    const reply = ask(edge, '/a');
    await held.next();
    edge.passSeconds(30);
    (await held.next()).end('second');
    expect(await reply).toMatchObject({ status: 200, body: 'second' });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('is asked once for a %s', async (method) => {
    const { origin, held, edge } = await startHeld({ behavior: ALL_METHODS });
    const reply = ask(edge, '/a', { method });
    await held.next();
    edge.passSeconds(30);
    expect((await reply).status).toBe(504);
    expect(origin.seen).toHaveLength(1);
  });

  test('does not make the expired object go that it could serve', async () => {
    const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=10, stale-if-error=100' }, 'old'));
    const edge = await startEdge(origin, { origin: { ConnectionAttempts: 1 } });
    await ask(edge, '/a');
    edge.passSeconds(11);
    const held = holdReplies(origin);
    const reply = ask(edge, '/a');
    await held.next();
    edge.passSeconds(30);
    expect(await reply).toMatchObject({ status: 200, body: 'old' });
  });
});

describe('a response that has begun', () => {
  const uncached: EdgeSetup = { behavior: { CachePolicyId: CACHING_DISABLED } };

  test('breaks when the next packet does not come within 30 s', async () => {
    const { held, edge } = await startHeld(uncached);
    const opening = open(edge, '/a');
    const reply = await held.next();
    const closed = once(reply, 'close');
    reply.write('first');
    const packets = (await opening)[Symbol.asyncIterator]();
    await packets.next();
    edge.passSeconds(30);
    await expect(packets.next()).rejects.toThrow('aborted');
    await closed;
  });

  test('goes on as long as each packet comes within 30 s', async () => {
    const { held, edge } = await startHeld(uncached);
    const opening = open(edge, '/a');
    const reply = await held.next();
    reply.write('a');
    const packets = (await opening).setEncoding('utf8')[Symbol.asyncIterator]();
    const received = [(await packets.next()).value];
    for (const letter of ['b', 'c', 'd']) {
      edge.passSeconds(29);
      reply.write(letter);
      received.push((await packets.next()).value);
    }
    reply.end();
    expect((await packets.next()).done).toBe(true);
    expect(received.join('')).toBe('abcd');
  });

  test('breaks when it is not complete within the ResponseCompletionTimeout', async () => {
    const { held, edge } = await startHeld({ ...uncached, origin: { ResponseCompletionTimeout: 45 } });
    const opening = open(edge, '/a');
    const reply = await held.next();
    edge.passSeconds(20);
    reply.write('first');
    const packets = (await opening)[Symbol.asyncIterator]();
    await packets.next();
    edge.passSeconds(20);
    reply.write('second');
    await packets.next();
    edge.passSeconds(5);
    await expect(packets.next()).rejects.toThrow('aborted');
  });
});

test('an origin that is not complete in time is not asked again', async () => {
  const { origin, held, edge } = await startHeld({ origin: { ResponseCompletionTimeout: 30 } });
  const reply = ask(edge, '/a');
  await held.next();
  edge.passSeconds(30);
  expect((await reply).status).toBe(504);
  expect(origin.seen).toHaveLength(1);
});

test('time in which the viewer takes nothing does not count against the origin', () => {
  const clock = new StackClock('standing');
  const late: OriginTimeout[] = [];
  const origin = { readTimeoutMs: 30_000, completionTimeoutMs: undefined } as Origin;
  const limits = new ResponseLimits(origin, clock, (error) => late.push(error));
  let isHeldUp = true;
  limits.awaitPacket(() => isHeldUp);
  clock.advance(30_000);
  expect(late).toEqual([]);
  isHeldUp = false;
  clock.advance(30_000);
  expect(late).toMatchObject([{ limit: 'read' }]);
});
