import { describe, expect, test } from 'vitest';
import { entryOfPath } from '../../lib/core/ledger/ledger.ts';
import type { ServedPage } from '../../lib/core/policy/served-page.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { createWorld, keyOf, textOf } from '../fakes/world.ts';
import { cacheControl, KEY, seen, storedWorld } from './served.ts';

const YEAR = 31_536_000;

describe('a missing page', () => {
  test('is rendered, stored and served', async () => {
    const world = createWorld();
    const page = await servePage(KEY, world.options, world);
    expect(seen(page)).toEqual({ state: 'MISS', text: '<h1>one</h1>' });
    expect(cacheControl(page)).toBe(
      `public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=${YEAR}`,
    );
    const tags = 'path:/blog/a,prefix:/blog/,prefix:/blog/a/';
    expect(page.headers).toMatchObject({ 'content-type': 'text/html', 'x-amz-meta-cache-tag': tags });
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'HIT', text: '<h1>one</h1>' });
  });

  test('is rendered once for a thousand requests at the same time', async () => {
    const world = createWorld();
    world.site.milliseconds = 800;
    const pages = await Promise.all(Array.from({ length: 1000 }, () => servePage(KEY, world.options, world)));
    expect(world.site.renders).toHaveLength(1);
    expect(new Set(pages.map(textOf))).toEqual(new Set(['<h1>one</h1>']));
  });

  test('that somebody stored between our read and our lease is not rendered again', async () => {
    const world = createWorld();
    const other = { ...world };
    const late = {
      ...world,
      leases: {
        async acquire(key: typeof KEY) {
          await servePage(key, other.options, other);
          return world.leases.acquire(key, 0);
        },
      },
    };
    expect(seen(await servePage(KEY, late.options, late))).toEqual({ state: 'HIT', text: '<h1>one</h1>' });
    expect(world.site.renders).toHaveLength(1);
  });

  test('is as old as the begin of its render, since what it shows may be', async () => {
    const world = createWorld();
    world.site.milliseconds = 10_000;
    expect(cacheControl(await servePage(KEY, world.options, world))).toContain('s-maxage=50,');
  });

  test('whose render failed asks nobody for a regeneration', async () => {
    const world = createWorld();
    world.site.failure = new Error('down');
    await servePage(KEY, world.options, world);
    expect(world.requestedJobs).toEqual([]);
  });

  test('that takes long is rendered by one more every 3 seconds, not by all who wait', async () => {
    const world = createWorld();
    world.site.milliseconds = 5000;
    const pages = await Promise.all(Array.from({ length: 100 }, () => servePage(KEY, world.options, world)));
    expect(world.site.renders).toHaveLength(2);
    expect(new Set(pages.map(textOf))).toEqual(new Set(['<h1>one</h1>']));
  });

  test('that takes very long is rendered by all in the end: CloudFront does not wait for ever', async () => {
    const world = createWorld();
    const begun = world.clock.now();
    for (const rank of [0, 1, 2]) await world.leases.acquire(KEY, rank);
    expect(seen(await servePage(KEY, world.options, world)).state).toBe('MISS');
    expect(world.clock.now() - begun).toBeLessThan(9500);
  });

  test('whose leader died is rendered by a follower after 3 seconds', async () => {
    const world = createWorld();
    await world.leases.acquire(KEY, 0);
    const begun = world.clock.now();
    expect(seen(await servePage(KEY, world.options, world)).state).toBe('MISS');
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(3000);
    expect(world.clock.now() - begun).toBeLessThan(3500);
  });

  test('whose site fails is answered with the failure, which no cache keeps, and nothing is stored', async () => {
    const world = createWorld();
    world.site.failure = new Error('the CMS is down');
    const page = await servePage(KEY, world.options, world);
    expect(page.status).toBe(500);
    expect(cacheControl(page)).toBe('private, no-store');
    expect(world.pages.pages.size).toBe(0);
    expect(world.logLines).toEqual(["rendering '/blog/a/index.html' failed: the CMS is down"]);
    world.site.failure = undefined;
    expect(seen(await servePage(KEY, world.options, world)).state).toBe('MISS');
  });

  test.each([
    [403, 403],
    [500, 500],
    [503, 500],
    [429, 500],
  ])(
    'whose site answers %i is passed through as %i, which does not make CloudFront ask S3',
    async (status, expected) => {
      const world = createWorld();
      world.site.response = { status, body: 'no' };
      const page = await servePage(KEY, world.options, world);
      expect(page.status).toBe(expected);
      expect(seen(page)).toEqual({ state: 'BYPASS', text: 'no' });
      expect(world.pages.pages.size).toBe(0);
    },
  );

  test('that is not there is answered 404, kept by the edge for a minute and stored nowhere', async () => {
    const world = createWorld();
    world.site.response = { status: 404, body: 'not found' };
    const pages = await Promise.all(['/x1', '/x2', '/x3'].map((path) => servePage(keyOf(path), world.options, world)));
    expect(pages.map((page) => page.status)).toEqual([404, 404, 404]);
    expect(pages.map(cacheControl)).toEqual(Array(3).fill('public, max-age=0, s-maxage=60'));
    expect(world.pages.pages.size).toBe(0);
  });
});

describe('a page that depends on what no cache key has', () => {
  test.each([
    ['set-cookie', 'a=1'],
    ['vary', 'accept-language'],
  ])('%s: is passed through, and the log says why', async (name, value) => {
    const world = createWorld();
    world.site.response = { body: 'x', headers: { [name]: value } };
    expect(seen(await servePage(KEY, world.options, world)).state).toBe('BYPASS');
    expect(world.pages.pages.size).toBe(0);
    expect(world.logLines.at(-1)).toContain(`'/blog/a/index.html' is not stored (${name}`);
  });
});

describe('a fresh page', () => {
  test('is sent with the entity tag and the date that the site gave', async () => {
    const world = createWorld();
    const lastModified = new Date('2026-11-22T12:00:00Z');
    world.site.response = { body: 'x', hint: { maxAge: 60, etag: '"seven"', lastModified } };
    const pages = [await servePage(KEY, world.options, world), await servePage(KEY, world.options, world)];
    expect(pages.map(({ headers }) => [headers['x-isr-cache'], headers.etag, headers['last-modified']])).toEqual([
      ['MISS', '"seven"', 'Sun, 22 Nov 2026 12:00:00 GMT'],
      ['HIT', '"seven"', 'Sun, 22 Nov 2026 12:00:00 GMT'],
    ]);
  });

  test('costs no render and no job, and is fresh at the edge for the time left', async () => {
    const world = await storedWorld();
    world.clock.advance(45_000);
    const page = await servePage(KEY, world.options, world);
    expect(seen(page)).toEqual({ state: 'HIT', text: '<h1>one</h1>' });
    expect(cacheControl(page)).toContain('s-maxage=15,');
    expect(world.site.renders).toHaveLength(1);
    expect(world.requestedJobs).toHaveLength(0);
  });

  test('with its own stale-while-revalidate is never served stale for longer by the edge', async () => {
    const world = createWorld();
    world.site.response = { body: 'x', headers: { 'cache-control': 's-maxage=30, stale-while-revalidate=5' } };
    expect(cacheControl(await servePage(KEY, world.options, world))).toContain(
      's-maxage=30, stale-while-revalidate=5,',
    );
  });
});

describe('an expired page', () => {
  test('is served at once, for 2 seconds, and asks for one regeneration however many ask', async () => {
    const world = await storedWorld();
    world.clock.advance(61_000);
    const pages = await Promise.all(Array.from({ length: 100 }, () => servePage(KEY, world.options, world)));
    expect(pages.map(seen)).toEqual(Array(100).fill({ state: 'STALE', text: '<h1>one</h1>' }));
    expect(cacheControl(pages[0] as ServedPage)).toBe(`public, max-age=0, s-maxage=2, stale-if-error=${YEAR}`);
    expect(world.requestedJobs).toHaveLength(1);
    expect(world.site.renders).toHaveLength(1);
  });

  test('is not served before the message was sent: the function may be frozen right after', async () => {
    const world = await storedWorld();
    world.clock.advance(61_000);
    let isSent = false;
    world.jobs.requestRegeneration = async () => {
      await world.clock.sleep(50);
      isSent = true;
    };
    await servePage(KEY, world.options, world);
    expect(isSent).toBe(true);
  });

  test('whose regeneration failed asks for another one, which the queue does not take for the first', async () => {
    const world = await storedWorld();
    world.clock.advance(61_000);
    await servePage(KEY, world.options, world);
    const page = world.pages.pages.get(KEY);
    if (page === undefined) throw new Error('nothing was stored');
    // The failure is noted beside the same bytes, whose entity tag is the same in S3.
    world.pages.pages.set(KEY, { ...page, retryAt: world.clock.now() });
    await servePage(KEY, world.options, world);
    expect(new Set(world.requestedJobs.map(({ version }) => version)).size).toBe(2);
  });

  test('is served even when the queue cannot be reached', async () => {
    const world = await storedWorld();
    world.clock.advance(61_000);
    world.jobs.requestRegeneration = () => Promise.reject(new Error('no queue'));
    expect(seen(await servePage(KEY, world.options, world)).state).toBe('STALE');
    expect(world.logLines.at(-1)).toBe("could not ask for a regeneration of '/blog/a/index.html': no queue");
  });

  test('beyond its own stale-while-revalidate is rendered first', async () => {
    const world = createWorld();
    world.site.response = { body: 'one', headers: { 'cache-control': 's-maxage=10, stale-while-revalidate=20' } };
    await servePage(KEY, world.options, world);
    world.site.response = { body: 'two' };
    world.clock.advance(31_000);
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'MISS', text: 'two' });
  });

  test('that allowed nothing stale is rendered first, and not kept by the edge for longer', async () => {
    const world = createWorld();
    world.site.response = { body: 'one', hint: { maxAge: 10 } };
    expect(cacheControl(await servePage(KEY, world.options, world))).toContain('s-maxage=10, stale-while-revalidate=0');
    world.site.response = { body: 'two' };
    world.clock.advance(10_000);
    expect(cacheControl(await servePage(KEY, world.options, world))).toContain('s-maxage=0,');
    world.clock.advance(1);
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'MISS', text: 'two' });
  });

  test('is kept by the edge no longer than its stale-while-revalidate', async () => {
    const world = createWorld();
    world.site.response = { body: 'one', hint: { maxAge: 10, swr: 5 } };
    await servePage(KEY, world.options, world);
    world.clock.advance(14_000);
    expect(cacheControl(await servePage(KEY, world.options, world))).toContain('s-maxage=1,');
  });

  test('beyond it is served all the same when the render fails', async () => {
    const world = createWorld();
    world.site.response = { body: 'one', headers: { 'cache-control': 's-maxage=10, stale-while-revalidate=20' } };
    await servePage(KEY, world.options, world);
    world.site.failure = new Error('down');
    world.clock.advance(31_000);
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'STALE', text: 'one' });
  });
});

describe('an invalidated page', () => {
  test('whose render fails asks for one in the background', async () => {
    const world = await storedWorld();
    await world.ledger.append([entryOfPath('/blog/a')]);
    world.site.failure = new Error('down');
    await servePage(KEY, world.options, world);
    expect(world.requestedJobs).toHaveLength(1);
  });

  test('is rendered before it is served', async () => {
    const world = await storedWorld();
    await world.ledger.append([entryOfPath('/blog/a')]);
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'REVALIDATED', text: '<h1>two</h1>' });
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'HIT', text: '<h1>two</h1>' });
  });

  test('is rendered once for all who wait', async () => {
    const world = await storedWorld();
    world.site.milliseconds = 500;
    await world.ledger.append([entryOfPath('/blog/a')]);
    const pages = await Promise.all(Array.from({ length: 50 }, () => servePage(KEY, world.options, world)));
    expect(new Set(pages.map(textOf))).toEqual(new Set(['<h1>two</h1>']));
    expect(world.site.renders).toHaveLength(2);
  });

  test('whose render fails is served old for 30 seconds without another try, then tried again', async () => {
    const world = await storedWorld();
    world.site.failure = new Error('down');
    await world.ledger.append([entryOfPath('/blog/a')]);
    const failed = await servePage(KEY, world.options, world);
    expect(seen(failed)).toEqual({ state: 'STALE', text: '<h1>one</h1>' });
    expect(cacheControl(failed)).toContain('s-maxage=30,');
    expect(failed.headers['cache-status']).toContain('detail=render-failed');
    world.clock.advance(10_000);
    expect(cacheControl(await servePage(KEY, world.options, world))).toContain('s-maxage=20,');
    expect(world.site.renders).toHaveLength(2);
    world.site.failure = undefined;
    world.clock.advance(21_000);
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'REVALIDATED', text: '<h1>two</h1>' });
  });

  test('that is revalidated again during its render is not left at the edge', async () => {
    const world = await storedWorld();
    world.site.milliseconds = 1000;
    await world.ledger.append([entryOfPath('/blog/a')]);
    const serving = servePage(KEY, world.options, world);
    await world.clock.sleep(500);
    await world.ledger.append([entryOfPath('/blog/a')]);
    expect(cacheControl(await serving)).toBe('private, no-store');
  });
});
