import { describe, expect, test } from 'vitest';
import { handOverPages } from '../../lib/core/hand-over-pages.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { warmPages } from '../../lib/core/warm-pages.ts';
import { createMemoryPageStore } from '../fakes/memory-stores.ts';
import { createWorld, keyOf, textOf, type World } from '../fakes/world.ts';

const KEYS = ['/a', '/b', '/c'].map(keyOf);
const KEY = keyOf('/a');

const warm = (world: World, deadline = Number.POSITIVE_INFINITY) =>
  warmPages(KEYS, { ...world.options, concurrency: 2, deadline }, world);

describe('warming', () => {
  test('renders each page that is not there, once', async () => {
    const world = createWorld();
    expect((await warm(world)).counts).toMatchObject({ rendered: 3, kept: 0 });
    expect((await warm(world)).counts).toMatchObject({ rendered: 0, kept: 3 });
    expect(world.site.renders).toHaveLength(3);
  });

  test('leaves an expired page as it is: it is served at once', async () => {
    const world = createWorld();
    await warm(world);
    world.clock.advance(61_000);
    expect((await warm(world)).counts).toMatchObject({ rendered: 0, kept: 3 });
  });

  test('renders what was revalidated since', async () => {
    const world = createWorld();
    await warm(world);
    await world.ledger.append(['path:/b']);
    expect((await warm(world)).counts).toMatchObject({ rendered: 1, kept: 2 });
  });

  test('begins no page after its time, and names what is left', async () => {
    const world = createWorld();
    const { counts, cold } = await warm(world, world.clock.now());
    expect([counts.left, cold]).toEqual([3, KEYS]);
    expect(world.site.renders).toEqual([]);
  });

  test('goes on after a page that fails, and names it', async () => {
    const world = createWorld();
    world.site.response = { status: 500, body: 'down' };
    const { counts, cold } = await warm(world);
    expect([counts.failed, cold.toSorted()]).toEqual([3, KEYS]);
  });
});

describe('a page that is handed over', () => {
  async function handedOver(): Promise<World> {
    const before = createWorld();
    before.site.response = { body: 'old' };
    await servePage(KEY, before.options, before);
    const world = createWorld();
    world.clock.advance(before.clock.now() - world.clock.now());
    const options = { concurrency: 2, deadline: Number.POSITIVE_INFINITY };
    expect(await handOverPages([KEY, keyOf('/missing')], options, { ...world, before: before.pages })).toBe(1);
    return world;
  }

  test('is not served while the new build can render it', async () => {
    const world = await handedOver();
    world.site.response = { body: 'new' };
    expect(textOf(await servePage(KEY, world.options, world))).toBe('new');
  });

  test('is served, and marked, when the render fails', async () => {
    const world = await handedOver();
    world.site.response = { status: 500, body: 'down' };
    const served = await servePage(KEY, world.options, world);
    expect([textOf(served), served.headers['x-isr-cache']]).toEqual(['old', 'STALE']);
  });

  test('takes the place of no page that is there', async () => {
    const world = createWorld();
    await warm(world);
    const stored = await world.pages.read(KEY);
    const before = createMemoryPageStore();
    if (stored !== undefined) await before.write({ ...stored, body: Buffer.from('old') }, { absent: true });
    const options = { concurrency: 1, deadline: Number.POSITIVE_INFINITY };
    expect(await handOverPages([KEY], options, { ...world, before })).toBe(0);
    expect((await world.pages.read(KEY))?.etag).toBe(stored?.etag);
  });
});
