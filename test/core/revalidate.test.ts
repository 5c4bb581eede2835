import { describe, expect, test } from 'vitest';
import { readPageAndLedger } from '../../lib/core/read-freshness.ts';
import { renderOnce } from '../../lib/core/render-once.ts';
import { revalidate } from '../../lib/core/revalidate.ts';
import type { Revalidation } from '../../lib/core/revalidation.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { createWorld, keyOf, textOf, type World } from '../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const OLD = { body: 'old', hint: { maxAge: 3600, tags: ['posts'] } };
const NOTHING: Revalidation = { pages: [], tags: [], prefixes: [], all: false };

const revalidateOnly = (world: World, part: Partial<Revalidation>) =>
  revalidate({ ...NOTHING, ...part }, world.options, world);
const read = async (world: World, path: string) => textOf(await servePage(keyOf(path), world.options, world));

async function worldWith(...paths: string[]): Promise<World> {
  const world = createWorld();
  world.site.response = OLD;
  for (const path of paths) await servePage(keyOf(path), world.options, world);
  world.site.response = { body: 'new', hint: { maxAge: 3600, tags: ['posts'] } };
  return world;
}

describe('revalidating a path', () => {
  test('renders it, then purges it, and leaves others alone', async () => {
    const world = await worldWith('/blog/a', '/blog/b');
    const result = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    const { sequence } = await world.ledger.read();
    expect(result).toMatchObject({ sequence, purge: 'purged', pages: [{ path: '/blog/a', outcome: 'rendered' }] });
    expect(world.purged).toEqual([['#path:/blog/a']]);
    expect([await read(world, '/blog/a'), await read(world, '/blog/b')]).toEqual(['new', 'old']);
    expect(world.site.renders).toHaveLength(3);
  });

  test('whose HTML is the same purges nothing, once what it replaced was purged', async () => {
    const world = await worldWith('/blog/a');
    world.site.response = OLD;
    // The first render of a deployment: the edge may have what the one before it made of the page.
    const first = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(first).toMatchObject({ purge: 'purged', pages: [{ outcome: 'unchanged' }] });
    const second = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(second).toMatchObject({ purge: 'nothing-to-purge', pages: [{ outcome: 'unchanged' }] });
    expect(world.purged).toEqual([['#path:/blog/a']]);
  });

  test.each(['/tags/node.js', '/tags/node.js/'])(
    'renders at once what is stored under its name, with a slash or without: %s',
    async (named) => {
      const world = await worldWith('/tags/node.js/');
      const result = await revalidateOnly(world, { pages: [keyOf(named)] });
      expect(result.pages).toContainEqual(expect.objectContaining({ path: '/tags/node.js', outcome: 'rendered' }));
      const { page } = await readPageAndLedger(keyOf('/tags/node.js/'), world);
      expect(String(page?.body)).toBe('new');
    },
  );

  test('that is not there without a slash means the page that is there with one', async () => {
    const world = await worldWith();
    world.site.response = (pageKey) =>
      pageKey === keyOf('/tags/node.js/') ? { body: 'page' } : { status: 404, body: 'none' };
    const result = await revalidateOnly(world, { pages: [keyOf('/tags/node.js')] });
    expect(result.pages).toMatchObject([{ path: '/tags/node.js', outcome: 'rendered' }]);
  });

  test('twice purges once', async () => {
    const world = await worldWith('/blog/a');
    await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    const again = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(again.pages).toMatchObject([{ outcome: 'unchanged', purge: 'nothing-to-purge' }]);
    expect(world.purged).toHaveLength(1);
  });

  test('again, while the purge of the first only waits in the queue, purges: it was not made yet', async () => {
    const world = await worldWith('/blog/a');
    const purge = world.purger.purge;
    world.purger.purge = async () => ({ outcome: 'queued' });
    await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    world.purger.purge = purge;
    const again = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(again.pages).toMatchObject([{ outcome: 'unchanged', purge: 'purged' }]);
  });

  test('again, after the first died before its purge, purges', async () => {
    const world = await worldWith('/blog/a');
    const purge = world.purger.purge;
    world.purger.purge = () => Promise.reject(new Error('killed'));
    await expect(revalidateOnly(world, { pages: [keyOf('/blog/a')] })).rejects.toThrow('killed');
    world.purger.purge = purge;
    world.clock.advance(3_000_000);
    const again = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(again.pages).toMatchObject([{ outcome: 'unchanged', purge: 'purged' }]);
  });

  test('whose HTML is the same purges what was replaced when it expired', async () => {
    const world = await worldWith('/blog/a');
    await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    world.site.response = { body: 'newer', hint: { maxAge: 3600 } };
    world.clock.advance(3_601_000);
    await renderOnce(await readPageAndLedger(keyOf('/blog/a'), world), world.options, world);
    world.clock.advance(3_000_000);
    const soon = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(soon.pages).toMatchObject([{ outcome: 'unchanged', purge: 'purged' }]);
    const later = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(later.pages).toMatchObject([{ outcome: 'unchanged', purge: 'nothing-to-purge' }]);
  });

  test('that may have query variants purges all of them, since only one was rendered', async () => {
    const world = await worldWith('/blog/a');
    world.site.response = OLD;
    const result = await revalidate(
      { ...NOTHING, pages: [keyOf('/blog/a')] },
      { ...world.options, hasQueryVariants: true },
      world,
    );
    expect(result.pages).toMatchObject([{ outcome: 'unchanged', purge: 'purged' }]);
  });

  test('that was never asked for renders it', async () => {
    const world = await worldWith();
    expect((await revalidateOnly(world, { pages: [keyOf('/blog/a')] })).pages).toMatchObject([{ outcome: 'rendered' }]);
  });

  test('whose render fails says so, keeps the old page and asks for another try', async () => {
    const world = await worldWith('/blog/a');
    world.site.failure = new Error('the CMS is down');
    const result = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(result.pages).toMatchObject([{ outcome: 'failed', reason: 'the CMS is down' }]);
    expect(await read(world, '/blog/a')).toBe('old');
    expect(world.requestedJobs).toHaveLength(1);
  });

  test('that was made at build time leaves it: only a deployment changes it', async () => {
    const world = await worldWith('/about');
    const about = world.pages.pages.get(keyOf('/about'));
    if (about === undefined) throw new Error('nothing was stored');
    world.pages.pages.set(keyOf('/about'), { ...about, isPrerendered: true });
    expect((await revalidateOnly(world, { pages: [keyOf('/about')] })).pages).toMatchObject([
      { outcome: 'prerendered' },
    ]);
    expect(await read(world, '/about')).toBe('old');
  });

  test('waits for a render that began before it, and does not take its result', async () => {
    const world = await worldWith();
    world.site.response = { body: 'before' };
    world.site.milliseconds = 1000;
    const first = servePage(keyOf('/blog/a'), world.options, world);
    await world.clock.sleep(500);
    world.site.response = { body: 'after' };
    await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(await read(world, '/blog/a')).toBe('after');
    await first;
    expect(await read(world, '/blog/a')).toBe('after');
  });
});

describe('revalidating without rendering', () => {
  test.each<[string, Partial<Revalidation>, string[]]>([
    ['a tag', { tags: ['posts'] }, ['#tag:posts', '#isr-overflow']],
    [
      'a prefix',
      { prefixes: ['/blog/'] },
      ['#prefix:/blog/', '#isr-overflow', '/blog/*', `/deployments/${DEPLOYMENT}/blog/*`],
    ],
    ['everything', { all: true }, ['/*']],
  ])('%s makes the next request render', async (_name, part, purged) => {
    const world = await worldWith('/blog/a', '/blog/b');
    await revalidateOnly(world, part);
    expect(world.site.renders).toHaveLength(2);
    expect(world.purged).toEqual([purged]);
    expect([await read(world, '/blog/a'), await read(world, '/blog/b')]).toEqual(['new', 'new']);
  });

  test('a page rendered after it is not touched', async () => {
    const world = await worldWith();
    await revalidateOnly(world, { tags: ['posts'] });
    await read(world, '/blog/a');
    await read(world, '/blog/a');
    expect(world.site.renders).toHaveLength(1);
  });
});

test('tells of each item what was done', async () => {
  const world = await worldWith('/blog/a');
  world.purger.purge = async () => ({ outcome: 'queued' });
  const result = await revalidateOnly(world, { pages: [keyOf('/blog/a')], tags: ['x'], prefixes: ['/docs/'] });
  expect(result).toEqual({
    sequence: (await world.ledger.read()).sequence,
    pages: [{ path: '/blog/a', outcome: 'rendered', purge: 'queued', milliseconds: 0 }],
    tags: [{ tag: 'x', outcome: 'queued', milliseconds: 0 }],
    prefixes: [{ prefix: '/docs/', outcome: 'queued', milliseconds: 0 }],
    purge: 'queued',
    milliseconds: 0,
  });
  expect(await revalidateOnly(world, { all: true })).toMatchObject({ all: { outcome: 'queued' } });
});

describe('a revalidation that fails on the way', () => {
  test('purges the other pages when one of them cannot be read', async () => {
    const world = await worldWith('/blog/a', '/blog/b');
    const { read } = world.pages;
    world.pages.read = (pageKey) =>
      pageKey === keyOf('/blog/a') ? Promise.reject(new Error('S3 answered 503')) : read(pageKey);
    const result = await revalidateOnly(world, { pages: [keyOf('/blog/a'), keyOf('/blog/b')] });
    expect(result.pages).toMatchObject([{ outcome: 'failed', reason: 'S3 answered 503' }, { outcome: 'rendered' }]);
    expect(world.purged).toEqual([['#path:/blog/a', '#path:/blog/b']]);
  });

  test('purges what it stored, though the lease cannot be given back', async () => {
    const world = await worldWith('/blog/a');
    const { acquire } = world.leases;
    world.leases.acquire = async (...wanted) => {
      const lease = await acquire(...wanted);
      return lease && { ...lease, release: () => Promise.reject(new Error('S3 answered 503')) };
    };
    const result = await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(result.pages).toMatchObject([{ outcome: 'rendered', purge: 'purged' }]);
  });

  test('had announced its purge before it stored anything, and the announcement stands', async () => {
    const world = await worldWith('/blog/a');
    const { write } = world.pages;
    let unsettledWhenStored: unknown[] = [];
    world.pages.write = (...given) => {
      unsettledWhenStored = [...world.unsettled.values()];
      return write(...given);
    };
    world.purger.purge = () => Promise.reject(new Error('killed'));
    await expect(revalidateOnly(world, { pages: [keyOf('/blog/a')], tags: ['x'] })).rejects.toThrow('killed');
    expect(unsettledWhenStored).toEqual([['#path:/blog/a', '#tag:x', '#isr-overflow']]);
    expect([...world.unsettled.values()]).toEqual(unsettledWhenStored);
  });

  test('settles the announcement when the purge was made or queued', async () => {
    const world = await worldWith('/blog/a');
    await revalidateOnly(world, { pages: [keyOf('/blog/a')] });
    expect(world.unsettled.size).toBe(0);
  });

  test('renders no more than there is time for, and still purges all of them', async () => {
    const world = await worldWith();
    world.site.milliseconds = 25_000;
    const pages = Array.from({ length: 80 }, (_, i) => keyOf(`/blog/${i}`));
    const result = await revalidateOnly(world, { pages });
    const count = (wanted: string): number => result.pages.filter(({ outcome }) => outcome === wanted).length;
    expect([count('rendered'), count('noted')]).toEqual([64, 16]);
    expect(result.milliseconds).toBeLessThan(300_000);
    expect(world.purged[0]).toHaveLength(80);
  });
});
