import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/local-stack.ts';
import { askServe, callsDuring, forgetEdge } from '../support/origin.ts';
import { CONTENT, untilAsleep } from '../support/passing-time.ts';

const DAY_MS = 86_400_000;
let site: TestStack;
const slugs: string[] = [];

beforeAll(async () => {
  site = await startTestStack();
  slugs.push(...site.contentApi.slugs);
});
afterAll(() => site?.stop());

/** A post that no other test touches. */
const freshSlug = (): string => slugs.pop() ?? '';
const isrState = ({ headers }: { headers: Readonly<Record<string, string>> }) => headers['x-isr-cache'];

const jobsDone = (): number => site.stack.events.ofKind('job').reduce((sum, { messages }) => sum + messages, 0);

describe('guarantee 1: a fresh page costs no render and no message', () => {
  test('at the edge it costs nothing, at the origin one read of the page and one of the ledger', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    const atTheEdge = await callsDuring(site.stack, () => site.get(`/blog/${slug}`));
    const atTheOrigin = await callsDuring(site.stack, async () => {
      forgetEdge(site.stack);
      expect(isrState(await site.get(`/blog/${slug}`))).toBe('HIT');
    });
    expect(atTheEdge).toEqual([]);
    expect(atTheOrigin).toEqual(['GetObject', 'GetObject']);
    expect(site.contentApi.reads(slug)).toBe(1);
  });

  test('until its very last second', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    site.clock.advance(DAY_MS - 30_000);
    const calls = await callsDuring(site.stack, () => askServe(site.stack, `/blog/${slug}`));
    expect(calls).toEqual(['GetObject', 'GetObject']);
    expect(site.contentApi.reads(slug)).toBe(1);
  });
});

describe('guarantee 2: an expired page is served at once and regenerated once per version', () => {
  test('however many ask', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    for (const [round, title] of ['Second version', 'Third version'].entries()) {
      site.clock.advance(DAY_MS + 1000);
      site.contentApi.edit(slug, { title });
      const release = site.contentApi.hold(slug);
      const before = jobsDone();
      const responses = await Promise.all(Array.from({ length: 40 }, () => askServe(site.stack, `/blog/${slug}`)));
      expect(new Set(responses.map(isrState))).toEqual(new Set(['STALE']));
      expect(responses.every(({ body }) => !body.includes(title))).toBe(true);
      release();
      await site.settled();
      expect(site.contentApi.reads(slug)).toBe(round + 2);
      expect(jobsDone() - before).toBe(1);
      const after = await askServe(site.stack, `/blog/${slug}`);
      expect(isrState(after)).toBe('HIT');
      expect(after.body).toContain(title);
    }
  });

  test('and the edge shows the new page soon after', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    site.contentApi.edit(slug, { title: 'A new title' });
    site.clock.advance(DAY_MS + 120_000);
    expect((await site.get(`/blog/${slug}`)).body).not.toContain('A new title');
    await site.settled();
    site.clock.advance(3000);
    expect((await site.get(`/blog/${slug}`)).body).toContain('A new title');
  });
});

describe('guarantee 3: a thousand first requests make one render', () => {
  test.each([
    ['at the edge', (slug: string) => site.get(`/blog/${slug}`)],
    ['at the origin, in several sandboxes', (slug: string) => askServe(site.stack, `/blog/${slug}`)],
  ])('%s', async (_where, get) => {
    const slug = freshSlug();
    site.contentApi.delay(slug, 400);
    const responses = await site.pass(Promise.all(Array.from({ length: 1000 }, () => get(slug))));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(responses.map(({ body }) => body)).size).toBe(1);
    expect(site.contentApi.reads(slug)).toBe(1);
    expect(site.stack.function('serve').coldStarts).toBeGreaterThan(1);
  });
});

describe('guarantee 4: a revalidation that was answered 200 is seen by all', () => {
  test('by the next request at the edge and at the origin', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    site.contentApi.edit(slug, { title: 'Published just now' });
    // Two revalidations within seconds are merged into one purge, which the second does not wait for.
    site.clock.advance(30_000);
    const response = await site.revalidate({ paths: [`/blog/${slug}`] });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body).pages).toMatchObject([{ path: `/blog/${slug}`, outcome: 'rendered' }]);
    expect((await site.get(`/blog/${slug}`)).body).toContain('Published just now');
    expect((await askServe(site.stack, `/blog/${slug}`)).body).toContain('Published just now');
  });

  test('of a tag by the next request of each page that has it, and of no other', async () => {
    const [one, two] = [freshSlug(), freshSlug()];
    for (const slug of [one, two]) await site.get(`/blog/${slug}`);
    for (const slug of [one, two]) site.contentApi.edit(slug, { title: 'Tagged and new' });
    site.clock.advance(30_000);
    const response = await site.revalidate({ tags: [`post:${one}`] });
    expect([response.status, JSON.parse(response.body).tags]).toMatchObject([
      200,
      [{ tag: `post:${one}`, outcome: 'purged' }],
    ]);
    const [first, second] = [await site.get(`/blog/${one}`), await site.get(`/blog/${two}`)];
    expect([isrState(first), first.body.includes('Tagged and new')]).toEqual(['REVALIDATED', true]);
    expect(second.body).not.toContain('Tagged and new');
  });

  test('also when a render from before was under way', async () => {
    const slug = freshSlug();
    await site.get(`/blog/${slug}`);
    site.clock.advance(DAY_MS + 1000);
    const release = site.contentApi.hold(slug);
    await askServe(site.stack, `/blog/${slug}`);
    await untilAsleep(site.clock, 1, CONTENT);
    expect(site.contentApi.reads(slug)).toBe(2);
    site.contentApi.edit(slug, { title: 'Newer than the render' });
    release();
    expect((await site.revalidate({ paths: [`/blog/${slug}`] })).status).toBe(200);
    expect((await site.get(`/blog/${slug}`)).body).toContain('Newer than the render');
    await site.settled();
    expect((await askServe(site.stack, `/blog/${slug}`)).body).toContain('Newer than the render');
  });
});
