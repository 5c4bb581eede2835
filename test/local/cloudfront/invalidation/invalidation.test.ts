import { describe, expect, test } from 'vitest';
import { answering, ask, holdReplies, startEdge, startOrigin } from '../fixture.ts';
import { cacheOf, startCached, TAGS, tagged } from '../tagged.ts';

describe('an invalidation', () => {
  test.each<[item: string, path: string, removed: boolean]>([
    ['/a', '/a', true],
    ['/a', '/a/b', false],
    ['/a', '/A', false],
    ['/a', '/a?x=1', false],
    ['/a?x=1', '/a?x=1', true],
    ['/a*', '/a?x=1', true],
    ['/a/*', '/a/b/c', true],
    ['/a/*', '/a', false],
    ['/*', '/a', true],
    ['*', '/a', true],
    ['/a*c', '/abc', false],
    ['/a*c', '/a*c', true],
    ['/a.b', '/axb', false],
    ['#post-1', '/a', true],
    ['#POST-1', '/a', true],
    ['#author:bob', '/a', true],
    ['#post', '/a', false],
    ['#post-2', '/a', false],
  ])('of %s: %s removed is %s', async (item, path, removed) => {
    const { edge } = await startCached();
    await ask(edge, path);
    expect(edge.distribution.invalidate([item], 'ref').removed).toBe(removed ? 1 : 0);
    expect(await cacheOf(edge, path)).toBe(removed ? 'Miss' : 'Hit');
  });

  test('removes every variant of a tagged object', async () => {
    const { edge } = await startCached({ ...TAGS, policy: { headers: ['x-kind'] } });
    await ask(edge, '/a?x=1');
    await ask(edge, '/a?x=2');
    await ask(edge, '/a', { headers: { 'x-kind': '1' } });
    expect(edge.distribution.invalidate(['#post-1'], 'ref').removed).toBe(3);
  });

  test('looks at the path that the function made, not at that of the viewer', async () => {
    const viewerRequest = `function handler(event) { event.request.uri = '/pages' + event.request.uri; return event.request; }`;
    const { edge } = await startCached({ ...TAGS, viewerRequest });
    await ask(edge, '/a');
    expect(edge.distribution.invalidate(['/a'], 'viewer').removed).toBe(0);
    expect(edge.distribution.invalidate(['/pages/a'], 'function').removed).toBe(1);
  });

  test('removes stale objects, so that no viewer sees them again', async () => {
    const { origin, edge } = await startCached();
    await ask(edge, '/a');
    edge.passSeconds(150);
    edge.distribution.invalidate(['#post-1'], 'ref');
    origin.respond = answering(200, {}, 'new');
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Miss', body: 'new' });
  });

  test('is an event with the number of objects removed', async () => {
    const { edge } = await startCached();
    await ask(edge, '/a');
    edge.distribution.invalidate(['/a', '/b'], 'ref');
    const event = {
      kind: 'invalidation',
      at: edge.clock.now(),
      items: ['/a', '/b'],
      removed: 1,
      location: 'LOCAL1-C1',
    };
    expect(edge.events).toContainEqual(event);
  });
});

test('an object keeps its first 50 tags, and no tag over 256 characters', async () => {
  const long = 'x'.repeat(257);
  const tags = [long, ...Array.from({ length: 51 }, (_, index) => `t${index}`)].join(',');
  const origin = await startOrigin(tagged(tags));
  const edge = await startEdge(origin, TAGS);
  await ask(edge, '/a');
  const [object] = edge.distribution.cachedObjects();
  expect(object?.tags).toHaveLength(50);
  expect(edge.distribution.invalidate(['#t50'], 'extra').removed).toBe(0);
  expect(edge.distribution.invalidate(['#t49'], 'kept').removed).toBe(1);
});

test('without CacheTagConfig there are no tags', async () => {
  const { edge } = await startCached({});
  await ask(edge, '/a');
  expect([...edge.distribution.cachedObjects()][0]?.tags).toEqual([]);
  expect(() => edge.distribution.invalidate(['#post-1'], 'ref')).toThrow('the distribution has no CacheTagConfig');
});

test('a 304 changes headers and not tags', async () => {
  const cacheControl = 'max-age=10';
  const origin = await startOrigin(answering(200, { 'cache-control': cacheControl, etag: '"1"', 'cache-tag': 'old' }));
  const edge = await startEdge(origin, TAGS);
  await ask(edge, '/a');
  edge.passSeconds(11);
  origin.respond = answering(304, { 'cache-control': cacheControl, etag: '"1"', 'cache-tag': 'new' });
  await ask(edge, '/a');
  expect([...edge.distribution.cachedObjects()][0]?.tags).toEqual(['old']);
});

test.each(['/a', '#post-1'])(
  'a response that was asked for before an invalidation of %s is not cached',
  async (item) => {
    const { origin, edge } = await startCached();
    const held = holdReplies(origin);
    const early = ask(edge, '/a');
    const earlyReply = await held.next();
    edge.distribution.invalidate([item], 'ref');
    const late = ask(edge, '/a');
    // Who asks after it does not wait for the old answer.
    const lateReply = await held.next();
    const headers = { 'cache-control': 'max-age=100', 'cache-tag': 'post-1' };
    lateReply.writeHead(200, headers).end('new');
    expect((await late).body).toBe('new');
    earlyReply.writeHead(200, headers).end('old');
    expect((await early).body).toBe('old');
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'new' });
  },
);

test('a background revalidation does not bring back what was invalidated meanwhile', async () => {
  const { origin, edge } = await startCached();
  await ask(edge, '/a');
  edge.passSeconds(150);
  const held = holdReplies(origin);
  await ask(edge, '/a');
  const reply = await held.next();
  edge.distribution.invalidate(['#post-1'], 'ref');
  reply.writeHead(304).end();
  await edge.distribution.settled();
  expect([...edge.distribution.cachedObjects()]).toEqual([]);
});
