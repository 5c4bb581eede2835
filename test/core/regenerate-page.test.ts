import { describe, expect, test } from 'vitest';
import { versionOf } from '../../lib/core/page/page.ts';
import { type Job, NOT_STORED_YET } from '../../lib/core/ports.ts';
import { regeneratePage } from '../../lib/core/regenerate-page.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { createWorld, keyOf, textOf, type World } from '../fakes/world.ts';

const KEY = keyOf('/blog/a');
const DEPLOYMENT = '0123456789abcdef';

async function expiredWorld(): Promise<{ world: World; job: Job }> {
  const world = createWorld();
  await servePage(KEY, world.options, world);
  world.clock.advance(61_000);
  world.site.response = { body: '<h1>two</h1>' };
  const page = await world.pages.read(KEY);
  if (page === undefined) throw new Error('nothing was stored');
  return { world, job: { pageKey: KEY, deploymentId: DEPLOYMENT, version: versionOf(page) } };
}

const regenerate = (job: Job, world: World, attempt = 1) => regeneratePage(job, attempt, world.options, world);
const stored = async (world: World) => textOf((await world.pages.read(KEY)) ?? { body: Buffer.from('nothing') });

describe('a job', () => {
  test('replaces the expired page', async () => {
    const { world, job } = await expiredWorld();
    expect(await regenerate(job, world)).toEqual({ kind: 'regenerated' });
    expect(await stored(world)).toBe('<h1>two</h1>');
  });

  test('for a page that took a viewer too long stores it, and one for a page that is gone does not', async () => {
    const world = createWorld();
    const job = { pageKey: KEY, deploymentId: DEPLOYMENT, version: NOT_STORED_YET };
    expect(await regenerate({ ...job, version: '1.0."gone"' }, world)).toEqual({ kind: 'dropped' });
    expect(await regenerate(job, world)).toEqual({ kind: 'regenerated' });
    expect(await regenerate(job, world)).toEqual({ kind: 'still-fresh' });
    expect(world.site.renders).toHaveLength(1);
  });

  test('that comes twice renders once', async () => {
    const { world, job } = await expiredWorld();
    await regenerate(job, world);
    expect(await regenerate(job, world)).toEqual({ kind: 'still-fresh' });
    expect(world.site.renders).toHaveLength(2);
  });

  test('of a deployment that is not here yet comes again, and is not missing for the minutes in which the queue knows it', async () => {
    const { world, job } = await expiredWorld();
    const other = { ...job, deploymentId: 'fedcba9876543210' };
    for (const attempt of [1, 2]) {
      expect(await regenerate(other, world, attempt)).toEqual({ kind: 'of-another-deployment', seconds: 30 });
    }
    expect(await stored(world)).toBe('<h1>one</h1>');
  });

  test('of another deployment is dropped in the end: this build must not write its pages, nor raise an alarm', async () => {
    const { world, job } = await expiredWorld();
    const other = { ...job, deploymentId: 'fedcba9876543210' };
    expect(await regenerate(other, world, 3)).toEqual({ kind: 'dropped' });
    expect(await stored(world)).toBe('<h1>one</h1>');
  });

  test('for a page that is gone by now is dropped', async () => {
    const { world, job } = await expiredWorld();
    world.pages.pages.clear();
    expect(await regenerate(job, world)).toEqual({ kind: 'dropped' });
    expect(world.site.renders).toHaveLength(1);
  });
});

describe('a render that fails', () => {
  test.each<[string, (world: World) => void]>([
    [
      'by throwing',
      (world) => {
        world.site.failure = new Error('down');
      },
    ],
    [
      'by a status that is not storable',
      (world) => {
        world.site.response = { status: 500, body: 'oops' };
      },
    ],
  ])('%s keeps the page, and is tried again after 30 seconds, not before', async (_name, fail) => {
    const { world, job } = await expiredWorld();
    fail(world);
    expect(await regenerate(job, world)).toEqual({ kind: 'failed', seconds: 30 });
    expect(await stored(world)).toBe('<h1>one</h1>');
    world.clock.advance(12_000);
    expect(await regenerate(job, world)).toEqual({ kind: 'too-early', seconds: 18 });
    expect(world.site.renders).toHaveLength(2);
    world.site.failure = undefined;
    world.site.response = { body: '<h1>three</h1>' };
    world.clock.advance(18_000);
    expect(await regenerate(job, world)).toEqual({ kind: 'regenerated' });
    expect(await stored(world)).toBe('<h1>three</h1>');
  });

  test('after the page was replaced by somebody else leaves theirs alone', async () => {
    const { world, job } = await expiredWorld();
    world.site.failure = new Error('down');
    world.site.milliseconds = 2000;
    const failing = regenerate(job, world);
    await world.clock.sleep(1000);
    const page = await world.pages.read(KEY);
    if (page === undefined) throw new Error('nothing was stored');
    await world.pages.write(
      { ...page, renderedAt: world.clock.now(), pageKey: KEY, body: Buffer.from('theirs') },
      {
        etag: page.etag,
      },
    );
    expect((await failing).kind).toBe('failed');
    expect(await stored(world)).toBe('theirs');
    expect((await world.pages.read(KEY))?.retryAt).toBeUndefined();
  });
});

test('a page that was deleted at the source becomes a stored 404', async () => {
  const { world, job } = await expiredWorld();
  world.site.response = { status: 404, body: 'gone' };
  expect(await regenerate(job, world)).toEqual({ kind: 'regenerated' });
  const page = await servePage(KEY, world.options, world);
  expect([page.status, textOf(page)]).toEqual([404, 'gone']);
});

test('a page that became one viewer’s is no longer stored', async () => {
  const { world, job } = await expiredWorld();
  world.site.response = { body: 'mine', headers: { 'set-cookie': 'id=1' } };
  expect(await regenerate(job, world)).toEqual({ kind: 'no-longer-stored' });
  expect(world.pages.pages.size).toBe(0);
});
