import { describe, expect, test } from 'vitest';
import { drawFrom } from '../../../../lib/local/cloudfront/draw.ts';
import { drawPropagation } from '../../../../lib/local/cloudfront/invalidation/propagation.ts';
import { answering, ask, type EdgeSetup, holdReplies, startEdge, startOrigin, type TestEdge } from '../fixture.ts';

const LOCATIONS = ['LOCAL1-C1', 'LOCAL2-C1'];
const CACHED = { 'cache-control': 'max-age=86400' };

const at = (edge: TestEdge, location: string, path = '/a') =>
  ask(edge, path, { headers: { 'x-amz-cf-pop': location } });

const everywhere = (edge: TestEdge, path?: string) => Promise.all(LOCATIONS.map((name) => at(edge, name, path)));

async function startLocations(setup: EdgeSetup = {}) {
  const origin = await startOrigin(answering(200, CACHED, 'old'));
  const edge = await startEdge(origin, { ...setup, resources: { calm: false, ...setup.resources } });
  return { origin, edge };
}

/** Moves the clock to the next moment at which an invalidation takes effect somewhere, or is told to have done so. */
function passToNext(edge: TestEdge): void {
  const [next] = edge.clock.sleepers;
  if (next !== undefined) edge.clock.advance(next.dueAt - edge.clock.now());
}

describe('edge locations', () => {
  test('are two, and each has a cache of its own', async () => {
    const { origin, edge } = await startLocations();
    for (const cache of ['Miss', 'Hit']) {
      const replies = await everywhere(edge);
      expect(replies.map((reply) => [reply.headers['x-amz-cf-pop'], reply.cache])).toEqual([
        ['LOCAL1-C1', cache],
        ['LOCAL2-C1', cache],
      ]);
    }
    expect(origin.seen).toHaveLength(2);
    expect([...edge.distribution.cachedObjects()].map(({ location }) => location)).toEqual(LOCATIONS);
  });

  test('answer a viewer always at the same one, and viewers at both', async () => {
    const { edge } = await startLocations();
    const viewers = Array.from({ length: 20 }, (_, index) => `browser ${index}`);
    const locationsOf = () =>
      Promise.all(viewers.map((viewer) => ask(edge, '/a', { headers: { 'user-agent': viewer } }))).then((replies) =>
        replies.map(({ headers }) => String(headers['x-amz-cf-pop'])),
      );
    const first = await locationsOf();
    expect(await locationsOf()).toEqual(first);
    expect(new Set(first)).toEqual(new Set(LOCATIONS));
  });

  test('are not told of to the origin by the viewer who chose one', async () => {
    const { origin, edge } = await startLocations();
    await at(edge, 'LOCAL2-C1');
    expect(origin.seen[0]?.headers).not.toHaveProperty('x-amz-cf-pop');
  });

  test('are named in the events of requests', async () => {
    const { edge } = await startLocations();
    await at(edge, 'LOCAL2-C1');
    expect(await edge.requestEvents(1)).toMatchObject([{ location: 'LOCAL2-C1' }]);
  });

  test('are one in a calm stack', async () => {
    const { edge } = await startLocations({ resources: { calm: true } });
    expect((await at(edge, 'LOCAL2-C1')).headers['x-amz-cf-pop']).toBe('LOCAL1-C1');
  });
});

describe('an invalidation', () => {
  test('takes effect at one edge location after the other, and then is complete', async () => {
    const { origin, edge } = await startLocations();
    await everywhere(edge);
    origin.respond = answering(200, CACHED, 'new');
    const invalidation = edge.distribution.invalidate(['/a'], 'ref');
    const bodies = async () => (await everywhere(edge)).map(({ body }) => body).sort();
    expect([await bodies(), invalidation.status]).toEqual([['old', 'old'], 'InProgress']);
    passToNext(edge);
    expect([await bodies(), invalidation.status, invalidation.removed]).toEqual([['new', 'old'], 'InProgress', 1]);
    passToNext(edge);
    expect([await bodies(), invalidation.status, invalidation.removed]).toEqual([['new', 'new'], 'InProgress', 2]);
    passToNext(edge);
    expect([await bodies(), invalidation.status]).toEqual([['new', 'new'], 'Completed']);
  });

  test('is an event for each edge location, when it takes effect there', async () => {
    const { edge } = await startLocations();
    edge.distribution.invalidate(['/a'], 'ref');
    expect(edge.events).toEqual([]);
    edge.passSeconds(25);
    expect(edge.events.map((event) => event.kind === 'invalidation' && event.location).sort()).toEqual(LOCATIONS);
  });

  test('has taken effect 25 s later, in a moved clock too', async () => {
    const { edge } = await startLocations();
    const invalidation = edge.distribution.invalidate(['/a'], 'ref');
    edge.passSeconds(25);
    await edge.distribution.settled();
    expect(invalidation.status).toBe('Completed');
  });

  test('may be overtaken by a later one', () => {
    const draw = drawFrom(1);
    const effects = Array.from({ length: 100 }, (_, ordinal) => drawPropagation(draw, ordinal, 2).effectsMs);
    const isOvertaken = effects.map(([first = 0], index) => first > (effects[index + 1]?.[0] ?? Infinity));
    const isFirstAtSecond = effects.map(([first = 0, second = 0]) => second < first);
    for (const happens of [isOvertaken, isFirstAtSecond]) expect(new Set(happens)).toEqual(new Set([true, false]));
  });
});

describe('a response that is under way during an invalidation', () => {
  const location = 'LOCAL1-C1';

  test('may be kept until the invalidation takes effect', async () => {
    const { origin, edge } = await startLocations();
    const held = holdReplies(origin);
    const early = at(edge, location);
    const reply = await held.next();
    edge.distribution.invalidate(['/a'], 'ref');
    reply.writeHead(200, CACHED).end('old');
    await early;
    expect(await at(edge, location)).toMatchObject({ cache: 'Hit', body: 'old' });
    edge.passSeconds(25);
    origin.respond = answering(200, CACHED, 'new');
    expect(await at(edge, location)).toMatchObject({ cache: 'Miss', body: 'new' });
  });

  test('may be kept, or may not, when it comes after that', async () => {
    const { origin, edge } = await startLocations();
    const held = holdReplies(origin);
    const seen: string[] = [];
    // One at a time: a second that waits would get the reply to the next path.
    let asked = held.next();
    for (const path of ['/a', '/b', '/c', '/d', '/e', '/f', '/g', '/h']) {
      const early = at(edge, location, path);
      const reply = await asked;
      asked = held.next();
      edge.distribution.invalidate([path], path);
      edge.passSeconds(25);
      reply.writeHead(200, CACHED).end('old');
      await early;
      const later = at(edge, location, path);
      const kept = await Promise.race([later, asked]);
      if ('writeHead' in kept) {
        kept.writeHead(200, CACHED).end('new');
        asked = held.next();
      }
      seen.push((await later).body);
    }
    expect(new Set(seen)).toEqual(new Set(['old', 'new']));
  });

  test('is not kept in a calm stack', async () => {
    const { origin, edge } = await startLocations({ resources: { calm: true } });
    const held = holdReplies(origin);
    const early = at(edge, location);
    const reply = await held.next();
    edge.distribution.invalidate(['/a'], 'ref');
    reply.writeHead(200, CACHED).end('old');
    await early;
    origin.respond = answering(200, CACHED, 'new');
    expect(await at(edge, location)).toMatchObject({ cache: 'Miss', body: 'new' });
  });
});

describe('the time that an invalidation takes', () => {
  const drawn = (seed: number, locations = 2) =>
    Array.from({ length: 10_000 }, (_, ordinal) => drawPropagation(drawFrom(seed), ordinal, locations));

  test.each([1, 2, 5])('is under 5 s for 95 of 100, and complete within 25 s, with %i locations', (locations) => {
    const all = drawn(7, locations);
    const quick = all.filter(({ effectsMs }) => Math.max(...effectsMs) < 5000);
    expect(quick.length / all.length).toBeCloseTo(0.95, 2);
    expect(all.every(({ completionMs }) => completionMs <= 25_000)).toBe(true);
  });

  test('is never told to be over before it is', () => {
    expect(drawn(7).every(({ effectsMs, completionMs }) => completionMs >= Math.max(...effectsMs))).toBe(true);
  });

  test('depends on the seed and on nothing else', () => {
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)[0]).not.toEqual(drawn(8)[0]);
  });
});

test('a distribution that stops lets go of invalidations in progress', async () => {
  const { edge } = await startLocations();
  const invalidation = edge.distribution.invalidate(['/a'], 'ref');
  await edge.distribution.stop();
  edge.passSeconds(25);
  expect([invalidation.status, edge.clock.sleepers, edge.events]).toEqual(['InProgress', [], []]);
});
