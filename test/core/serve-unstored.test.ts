import { describe, expect, test } from 'vitest';
import { IsrError } from '../../lib/basics/errors.ts';
import { entryOfPath } from '../../lib/core/ledger/ledger.ts';
import { NOT_STORED_YET } from '../../lib/core/ports.ts';
import { revalidate } from '../../lib/core/revalidate.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { createWorld } from '../fakes/world.ts';
import { cacheControl, KEY, seen, storedWorld } from './served.ts';

describe('a missing page that the site does not have', () => {
  test('is kept by the edge no longer than it says, under its own tags', async () => {
    const world = createWorld();
    world.site.response = { status: 404, hint: { maxAge: 5, tags: ['posts'] } };
    const page = await servePage(KEY, world.options, world);
    expect(cacheControl(page)).toBe('public, max-age=0, s-maxage=5');
    expect(page.headers['x-amz-meta-cache-tag']).toBe('path:/blog/a,prefix:/blog/,prefix:/blog/a/,tag:posts');
  });

  test('and that is published during its render is not left missing at the edge', async () => {
    const world = createWorld();
    world.site.response = { status: 404, body: 'not found' };
    world.site.milliseconds = 5000;
    const asking = servePage(KEY, world.options, world);
    await world.clock.sleep(100);
    await world.ledger.append([entryOfPath('/blog/a')]);
    expect(cacheControl(await asking)).toBe('private, no-store');
  });
});

describe('a missing page whose render takes longer than a viewer can wait', () => {
  const tooSlow = new IsrError('RENDER_TIMEOUT', 'rendering /blog/a took longer than 13000 ms');

  test('is left to a job that has more time, and the viewer is told to come back', async () => {
    const world = createWorld();
    world.site.failure = tooSlow;
    const pages = [1, 2].map(() => servePage(KEY, { ...world.options, jobsMayTakeLonger: true }, world));
    for (const { status, headers } of await Promise.all(pages)) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '30', 'private, no-store']);
    }
    expect(world.requestedJobs).toEqual([{ pageKey: KEY, version: NOT_STORED_YET }]);
  });

  test('is left to nobody when a job has no more time', async () => {
    const world = createWorld();
    world.site.failure = tooSlow;
    expect((await servePage(KEY, world.options, world)).status).toBe(503);
    expect(world.requestedJobs).toEqual([]);
  });

  test('another failure of a missing page makes no job', async () => {
    const world = createWorld();
    world.site.failure = new Error('the site throws');
    expect((await servePage(KEY, { ...world.options, jobsMayTakeLonger: true }, world)).status).toBe(500);
    expect(world.requestedJobs).toEqual([]);
  });
});

describe('a redirect without a Location', () => {
  test.each([
    ['for everybody', {}],
    ['for one viewer', { 'cache-control': 'private' }],
  ])('%s is an error for the viewer, and not stored', async (_name, headers) => {
    const world = createWorld();
    world.site.response = { status: 302, headers };
    const page = await servePage(KEY, world.options, world);
    expect([page.status, Buffer.from(page.body).toString()]).toEqual([
      500,
      'This page leads nowhere: the site answered 302 without a Location.\n',
    ]);
    expect(page.headers).not.toHaveProperty('location');
    expect(world.pages.pages.size).toBe(0);
    expect(world.logLines).toEqual(["rendering '/blog/a/index.html' failed: the site answered 302 without a Location"]);
  });

  test('does not replace the page before it', async () => {
    const world = await storedWorld();
    world.site.response = { status: 301 };
    await world.ledger.append([entryOfPath('/blog/a')]);
    expect(seen(await servePage(KEY, world.options, world)).state).toBe('STALE');
    expect(
      (await revalidate({ pages: [KEY], tags: [], prefixes: [], all: false }, world.options, world)).pages,
    ).toMatchObject([{ outcome: 'failed' }]);
  });
});

describe('a response that is one viewer’s', () => {
  test('makes no viewer wait for the renders of others', async () => {
    const world = createWorld();
    world.site.response = { body: 'for one', headers: { 'set-cookie': 'session=1' } };
    world.site.milliseconds = 300;
    const begun = world.clock.now();
    await Promise.all(Array.from({ length: 100 }, () => servePage(KEY, world.options, world)));
    expect(world.site.renders).toHaveLength(100);
    expect(world.clock.now() - begun).toBeLessThan(1500);
  });

  test('is passed through to each and never stored', async () => {
    const world = createWorld();
    world.site.response = () => ({ body: `visit ${world.site.renders.length}`, headers: { 'set-cookie': 'id=1' } });
    const pages = [await servePage(KEY, world.options, world), await servePage(KEY, world.options, world)];
    expect(pages.map(seen)).toEqual([
      { state: 'BYPASS', text: 'visit 1' },
      { state: 'BYPASS', text: 'visit 2' },
    ]);
    expect(pages.map(cacheControl)).toEqual(Array(2).fill('private, no-store'));
    expect(pages[0]?.headers).not.toHaveProperty('set-cookie');
    expect(world.pages.pages.size).toBe(0);
  });

  test('because it sets cookies is logged with their names, which the response has too, and never with their values', async () => {
    const world = createWorld();
    world.site.response = { headers: { 'set-cookie': 'session=secret; Path=/' } };
    const { headers } = await servePage(KEY, world.options, world);
    expect(headers['cache-status']).toBe('cdk-isr; fwd=miss; detail="set-cookie: session"');
    expect(world.logLines).toEqual([
      "'/blog/a/index.html' is not stored (set-cookie: session, which viewers do not get); make its route a live one, or leave that out",
    ]);
  });

  test('takes the place of a page that was everybody’s', async () => {
    const world = await storedWorld();
    world.site.response = { body: 'mine', headers: { 'cache-control': 'private' } };
    await world.ledger.append([entryOfPath('/blog/a')]);
    expect(seen(await servePage(KEY, world.options, world))).toEqual({ state: 'BYPASS', text: 'mine' });
    expect(world.pages.pages.size).toBe(0);
  });
});
