import { beforeEach, describe, expect, test } from 'vitest';
import { type RevalidationOutcome, revalidate } from '../../lib/core/revalidate.ts';
import { type WaitForPurgePorts, waitForPurge } from '../../lib/core/wait-for-purge.ts';
import { createWorld, keyOf, type World } from '../fakes/world.ts';

const NAME = 'who waits';

let world: World;
/** By id: epoch milliseconds from which on an invalidation is complete. */
let completeAt: Map<string, number>;
let made: Map<string, { readonly invalidation: string; readonly at: number }>;
let asked: number;
beforeEach(() => {
  world = createWorld();
  completeAt = new Map();
  made = new Map();
  asked = 0;
});

const ports = (): WaitForPurgePorts => ({
  clock: world.clock,
  cdn: {
    async isComplete(id) {
      asked++;
      return (completeAt.get(id) ?? Number.POSITIVE_INFINITY) <= world.clock.now();
    },
  },
  followed: {
    async takeInvalidation(name) {
      const purge = made.get(name);
      return purge !== undefined && purge.at <= world.clock.now() ? purge.invalidation : undefined;
    },
  },
});

function revalidateBlog(): Promise<RevalidationOutcome> {
  const wanted = { pages: [keyOf('/blog')], tags: ['x'], prefixes: [], all: false };
  return revalidate(wanted, { ...world.options, awaitedAs: NAME }, world);
}

const wait = (outcome: RevalidationOutcome, seconds = 60) => {
  const begunAt = world.clock.now();
  return waitForPurge(outcome, { name: NAME, begunAt, until: begunAt + seconds * 1000 }, ports());
};

describe('who waits for a purge', () => {
  test('is told that nobody gets an old page any more, and how long that took', async () => {
    const outcome = await revalidateBlog();
    completeAt.set('I1', world.clock.now() + 2100);
    expect(await wait(outcome)).toMatchObject({
      purge: 'purged',
      invalidation: 'I1',
      everywhere: { confirmed: true, seconds: 3 },
    });
  });

  test('is not told so of a purge that is only accepted when there is no time left', async () => {
    const outcome = await revalidateBlog();
    expect(await wait(outcome, 30)).toMatchObject({
      purge: 'purged',
      everywhere: { confirmed: false, seconds: 30, reason: expect.stringMatching(/still in progress/) },
    });
    // Every call counts against a limit of the account.
    expect(asked).toBeLessThan(22);
  });

  test('follows a purge through the queue', async () => {
    world.purger.purge = async () => ({ outcome: 'queued' });
    const outcome = await revalidateBlog();
    made.set(NAME, { invalidation: 'I7', at: world.clock.now() + 4000 });
    completeAt.set('I7', world.clock.now() + 9000);
    const awaited = await wait(outcome);
    expect(awaited).toMatchObject({ purge: 'purged', invalidation: 'I7', everywhere: { confirmed: true, seconds: 9 } });
    expect([awaited.pages[0]?.purge, awaited.tags[0]?.outcome]).toEqual(['purged', 'purged']);
  });

  test('is told plainly of one that is still queued', async () => {
    world.purger.purge = async () => ({ outcome: 'queued' });
    expect(await wait(await revalidateBlog(), 20)).toMatchObject({
      purge: 'queued',
      everywhere: { confirmed: false, reason: expect.stringMatching(/still queued/) },
    });
  });

  test('is told of a page that could not be rendered, without a wait', async () => {
    await revalidateBlog();
    world.site.failure = new Error('down');
    const outcome = await revalidateBlog();
    expect(await wait(outcome)).toMatchObject({
      everywhere: { confirmed: false, seconds: 0, reason: expect.stringMatching(/could not be rendered/) },
    });
    expect(asked).toBe(0);
  });

  test('is told what CloudFront says instead of an answer', async () => {
    const outcome = await revalidateBlog();
    const cdn = { isComplete: () => Promise.reject(new Error('AccessDenied')) };
    const begunAt = world.clock.now();
    const awaited = await waitForPurge(outcome, { name: NAME, begunAt, until: begunAt + 60_000 }, { ...ports(), cdn });
    expect(awaited.everywhere).toEqual({ confirmed: false, seconds: 0, reason: 'AccessDenied' });
  });

  test('has a page purged that is unchanged: the purge before may not have taken effect yet', async () => {
    await revalidateBlog();
    const outcome = await revalidateBlog();
    expect(outcome.pages).toMatchObject([{ outcome: 'unchanged', purge: 'purged' }]);
    expect(world.purged).toHaveLength(2);
  });
});
