import { describe, expect, test } from 'vitest';
import { answering, ask, startEdge, startOrigin, type TestOrigin } from '../fixture.ts';

const WHOLE = 'abcdefghij';
const CACHED = { 'cache-control': 'max-age=100', etag: '"v1"' };

/** An origin that answers ranges, as S3 does. */
const withRanges: TestOrigin['respond'] = (request, reply) => {
  const [, first = '0', last = '9'] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers.range)) ?? [];
  if (request.headers.range === undefined) return answering(200, CACHED, WHOLE)(request, reply);
  const contentRange = `bytes ${first}-${last}/${WHOLE.length}`;
  const body = WHOLE.slice(Number(first), Number(last) + 1);
  answering(206, { ...CACHED, 'content-range': contentRange, 'content-length': body.length }, body)(request, reply);
};

const range = (text: string) => ({ headers: { range: `bytes=${text}` } });

async function startRanged(response = withRanges) {
  const origin = await startOrigin(response);
  return { origin, edge: await startEdge(origin) };
}

describe('a range of an object that is not cached', () => {
  test('is asked of the origin, and kept', async () => {
    const { origin, edge } = await startRanged();
    for (const cache of ['Miss', 'Hit']) {
      const reply = await ask(edge, '/a', range('2-5'));
      expect(reply).toMatchObject({ status: 206, cache, body: 'cdef' });
      expect(reply.headers['content-range']).toBe('bytes 2-5/10');
    }
    expect(origin.seen.map(({ headers }) => headers.range)).toEqual(['bytes=2-5']);
  });

  test.each([
    ['3-4', 'de', 'bytes 3-4/10'],
    ['2-2', 'c', 'bytes 2-2/10'],
  ])('serves %s, which is within it', async (within, body, contentRange) => {
    const { origin, edge } = await startRanged();
    await ask(edge, '/a', range('2-5'));
    const reply = await ask(edge, '/a', range(within));
    expect(reply).toMatchObject({ status: 206, cache: 'Hit', body });
    expect(reply.headers).toMatchObject({ 'content-range': contentRange, 'content-length': String(body.length) });
    expect(origin.seen).toHaveLength(1);
  });

  test.each(['1-3', '5-6'])('does not serve %s, which is not', async (beyond) => {
    const { origin, edge } = await startRanged();
    await ask(edge, '/a', range('2-5'));
    expect((await ask(edge, '/a', range(beyond))).cache).toBe('Miss');
    expect(origin.seen).toHaveLength(2);
  });

  test('serves nothing that is more than it', async () => {
    const { edge } = await startRanged();
    await ask(edge, '/a', range('2-5'));
    expect(await ask(edge, '/a')).toMatchObject({ status: 200, cache: 'Miss', body: WHOLE });
    expect(await ask(edge, '/a', range('0-1'))).toMatchObject({ status: 206, cache: 'Hit', body: 'ab' });
  });

  test('is the whole object where the origin knows no ranges, which is kept', async () => {
    const { origin, edge } = await startRanged(answering(200, CACHED, WHOLE));
    expect(await ask(edge, '/a', range('2-5'))).toMatchObject({ status: 200, body: WHOLE });
    expect(await ask(edge, '/a', range('2-5'))).toMatchObject({ status: 206, cache: 'Hit', body: 'cdef' });
    expect(origin.seen).toHaveLength(1);
  });

  test('expires', async () => {
    const { origin, edge } = await startRanged();
    await ask(edge, '/a', range('2-5'));
    edge.passSeconds(100);
    expect((await ask(edge, '/a', range('2-5'))).cache).toBe('Miss');
    expect(origin.seen).toHaveLength(2);
  });

  test.each(['/a', '/*'])('is removed by an invalidation of %s', async (item) => {
    const { edge } = await startRanged();
    await ask(edge, '/a', range('2-5'));
    await ask(edge, '/a', range('7-8'));
    expect(edge.distribution.invalidate([item], 'ref').removed).toBe(2);
    expect((await ask(edge, '/a', range('2-5'))).cache).toBe('Miss');
  });

  test('of another version removes the parts of the one before', async () => {
    const { origin, edge } = await startRanged();
    await ask(edge, '/a', range('0-1'));
    const newer = { ...CACHED, etag: '"v2"', 'content-range': 'bytes 2-3/10', 'content-length': '2' };
    origin.respond = answering(206, newer, 'CD');
    await ask(edge, '/a', range('2-3'));
    origin.respond = withRanges;
    expect((await ask(edge, '/a', range('0-1'))).cache).toBe('Miss');
  });

  test('of another length than it says is not kept', async () => {
    const { edge } = await startRanged(answering(206, { ...CACHED, 'content-range': 'bytes 2-5/10' }, 'cd'));
    await ask(edge, '/a', range('2-5'));
    expect([...edge.distribution.cachedObjects()]).toEqual([]);
  });

  test('goes to the origin with the condition of the viewer', async () => {
    const { origin, edge } = await startRanged();
    const headers = { range: 'bytes=2-5', 'if-range': '"v1"' };
    expect((await ask(edge, '/a', { headers })).status).toBe(206);
    expect(origin.seen[0]?.headers).toMatchObject(headers);
    expect((await ask(edge, '/a', { headers })).cache).toBe('Hit');
    expect((await ask(edge, '/a', { headers: { ...headers, 'if-range': '"v2"' } })).cache).toBe('Miss');
  });

  test('that is unsatisfiable is answered by the origin', async () => {
    const { edge } = await startRanged(answering(416, { 'content-range': 'bytes */10' }));
    const reply = await ask(edge, '/a', range('20-30'));
    expect(reply).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
  });
});

test.each(['bytes=5-2', 'lines=1-2'])('the range %s, which is none, is not passed on', async (header) => {
  const { origin, edge } = await startRanged();
  expect((await ask(edge, '/a', { headers: { range: header } })).status).toBe(200);
  expect(origin.seen[0]?.headers).not.toHaveProperty('range');
});

test('a HEAD with a range is a HEAD', async () => {
  const { origin, edge } = await startRanged();
  expect((await ask(edge, '/a', { method: 'HEAD', ...range('2-5') })).status).toBe(200);
  expect(origin.seen[0]?.headers).not.toHaveProperty('range');
});

test('a part that was not asked for is not kept', async () => {
  const { edge } = await startRanged(answering(206, { ...CACHED, 'content-range': 'bytes 0-1/10' }, 'ab'));
  await ask(edge, '/a');
  expect([...edge.distribution.cachedObjects()]).toEqual([]);
});
