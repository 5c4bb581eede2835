import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { answering, ask, holdReplies, open, startEdge, startOrigin } from '../fixture.ts';

const CACHED = { 'cache-control': 'max-age=100' };

async function startHeld() {
  const origin = await startOrigin();
  return { origin, held: holdReplies(origin), edge: await startEdge(origin) };
}

describe('a miss that will be cached', () => {
  test('is sent to the viewer as it comes', async () => {
    const { held, edge } = await startHeld();
    const opening = open(edge, '/a');
    const reply = await held.next();
    reply.writeHead(200, CACHED).write('first ');
    const packets = (await opening).setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await packets.next()).value).toBe('first ');
    reply.end('second');
    expect((await packets.next()).value).toBe('second');
    expect((await packets.next()).done).toBe(true);
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'first second' });
  });

  test('is sent as it comes to those too who asked later', async () => {
    const { origin, held, edge } = await startHeld();
    const early = open(edge, '/a');
    const reply = await held.next();
    reply.writeHead(200, CACHED).write('first ');
    const packets = (await early).setEncoding('utf8')[Symbol.asyncIterator]();
    await packets.next();
    const late = (await open(edge, '/a')).setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await late.next()).value).toBe('first ');
    reply.end('second');
    expect((await late.next()).value).toBe('second');
    expect(origin.seen).toHaveLength(1);
  });

  test.each([
    ['with a length', { ...CACHED, 'content-length': '100' }],
    ['in chunks', CACHED],
  ])('is not kept when the origin breaks off (%s)', async (_, headers) => {
    const { origin, held, edge } = await startHeld();
    const opening = open(edge, '/a');
    const reply = await held.next();
    reply.writeHead(200, headers).write('half');
    const message = await opening;
    reply.destroy();
    await expect(text(message)).rejects.toThrow('aborted');
    expect([...edge.distribution.cachedObjects()]).toEqual([]);
    origin.respond = answering(200, CACHED, 'whole');
    expect(await ask(edge, '/a')).toMatchObject({ status: 200, cache: 'Miss', body: 'whole' });
  });

  test('is broken for all who read it when the origin breaks off', async () => {
    const { held, edge } = await startHeld();
    const early = open(edge, '/a');
    const reply = await held.next();
    reply.writeHead(200, CACHED).write('half');
    const messages = [await early, await open(edge, '/a')];
    reply.destroy();
    await Promise.all(messages.map((message) => expect(text(message)).rejects.toThrow('aborted')));
  });

  test('is given up, and not kept, when its only viewer goes', async () => {
    const { held, edge } = await startHeld();
    const opening = open(edge, '/a');
    const reply = await held.next();
    const closed = once(reply, 'close');
    reply.writeHead(200, CACHED).write('half');
    (await opening).destroy();
    await closed;
    expect([...edge.distribution.cachedObjects()]).toEqual([]);
  });

  test('goes on for the viewers who stay', async () => {
    const { held, edge } = await startHeld();
    const early = open(edge, '/a');
    const reply = await held.next();
    reply.writeHead(200, CACHED).write('first ');
    const leaving = await early;
    const staying = await open(edge, '/a');
    leaving.destroy();
    // The one who goes is the first whose request is told of.
    await edge.requestEvents(1);
    reply.end('second');
    expect(await text(staying)).toBe('first second');
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'first second' });
  });

  test('is kept although its viewer has it already and gets a 304', async () => {
    const origin = await startOrigin(answering(200, { ...CACHED, etag: '"v1"' }, 'hello'));
    const edge = await startEdge(origin);
    expect((await ask(edge, '/a', { headers: { 'if-none-match': '"v1"' } })).status).toBe(304);
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'hello' });
  });
});

test.each(['max-age=0', 's-maxage=0, max-age=100'])(
  'a response with %s is not shared among those who asked at the same time',
  async (cacheControl) => {
    const { held, edge } = await startHeld();
    const replies = Promise.all([ask(edge, '/a'), ask(edge, '/a'), ask(edge, '/a')]);
    await edge.received(3);
    const headers = { 'cache-control': cacheControl, etag: '"v1"' };
    for (const body of ['one', 'two', 'three']) (await held.next()).writeHead(200, headers).end(body);
    expect(new Set((await replies).map(({ body }) => body))).toEqual(new Set(['one', 'two', 'three']));
  },
);
