// The behaviour that the first user asked for, on the seed's own pages.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RawResponse } from '../support/http.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';
import { forgetEdge } from '../support/origin.ts';

let site: TestStack;
beforeAll(async () => {
  site = await startTestStack();
});
afterAll(() => site?.stop());

/** The page shows the time of its render: another time is another render. */
const timeOn = ({ body }: RawResponse): string => />(\d{1,2}:\d\d:\d\d [AP]M)</.exec(body)?.[1] ?? 'no time';
const edge = ({ headers }: RawResponse) => headers['x-cache'];
const state = ({ headers }: RawResponse) => headers['x-isr-cache'];

test('initial request, cached hits, expiry, background regeneration', async () => {
  const first = await site.get('/isr');
  expect([first.status, state(first), edge(first)]).toEqual([200, 'MISS', 'Miss from cloudfront']);

  const hit = await site.get('/isr');
  expect([edge(hit), timeOn(hit)]).toEqual(['Hit from cloudfront', timeOn(first)]);
  const slash = await site.get('/isr/');
  expect([edge(slash), timeOn(slash)]).toEqual(['Hit from cloudfront', timeOn(first)]);

  // Vercel-CDN-Cache-Control: max-age=3600 is what the page says of itself to us.
  site.clock.advance(3_590_000);
  expect(timeOn(await site.get('/isr'))).toBe(timeOn(first));
  site.clock.advance(120_000);
  const stale = await site.get('/isr');
  expect([state(stale), timeOn(stale)]).toEqual(['STALE', timeOn(first)]);

  await site.settled();
  site.clock.advance(3000);
  const regenerated = await site.get('/isr');
  expect(state(regenerated)).toBe('HIT');
  expect(timeOn(regenerated)).not.toBe(timeOn(first));
});

test('browsers are never told to keep a copy, and never see what is meant for CDNs', async () => {
  const { headers } = await site.get('/isr');
  expect(headers['cache-control']).toBe('public, max-age=0, must-revalidate');
  expect(Object.keys(headers).filter((name) => /cdn-cache-control|cache-tag|x-prerender/.test(name))).toEqual([]);
});

test('the button on the page revalidates the page that it is on, and no other', async () => {
  const [before, blog] = [await site.get('/isr'), await site.get('/blog')];
  site.clock.advance(5000);
  const pressed = await site.ask('/api/revalidate', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: site.stack.siteUrl, referer: `${site.stack.siteUrl}/isr` },
    body: '""',
  });
  expect(pressed.status).toBe(200);
  expect(pressed.headers).not.toHaveProperty('x-prerender-revalidate');
  await site.settled();
  const after = await site.get('/isr');
  expect([state(after), timeOn(after) === timeOn(before)]).toEqual(['REVALIDATED', false]);
  expect((await site.get('/blog')).body).toBe(blog.body);
});

test.each(['GET', 'HEAD'])('a %s of a page with the token renders it, and everybody sees that', async (method) => {
  const before = await site.get('/isr');
  site.clock.advance(5000);
  const asked = await site.ask('/isr', { method, headers: { 'x-prerender-revalidate': site.token } });
  expect(state(asked)).toBe('REVALIDATED');
  await site.settled();
  const after = await site.get('/isr');
  expect(timeOn(after)).not.toBe(timeOn(before));
  if (method === 'GET') expect(timeOn(asked)).toBe(timeOn(after));
});

test('a POST to the revalidate URL renders the page before it answers', async () => {
  const before = await site.get('/isr');
  site.clock.advance(5000);
  const response = await site.revalidate({ paths: ['/isr'] });
  expect([response.status, JSON.parse(response.body).purge]).toEqual([200, 'purged']);
  expect(timeOn(await site.get('/isr'))).not.toBe(timeOn(before));
});

test('/ssr and /edge.json answer anew each time', async () => {
  for (const path of ['/ssr', '/edge.json']) {
    const first = await site.get(path);
    site.clock.advance(2000);
    const second = await site.get(path);
    expect([first.status, second.status], path).toEqual([200, 200]);
    expect(second.headers).not.toHaveProperty('x-isr-cache');
    expect(edge(second)).toBe('Miss from cloudfront');
  }
});

test('the other pages of the example: prerendered, blog, feed, redirect, 404, files', async () => {
  const about = await site.get('/about');
  expect([about.status, state(about)]).toEqual([200, 'PRERENDERED']);
  expect((await site.get('/blog')).body.match(/href="\/blog\/[^"]+"/g)?.length).toBeGreaterThanOrEqual(20);
  const feed = await site.get('/rss.xml');
  expect([feed.status, feed.headers['content-type']]).toEqual([200, expect.stringContaining('xml')]);
  const moved = await site.get('/writing');
  expect([moved.status, moved.headers.location]).toEqual([301, '/blog']);
  const missing = await site.get('/no-such-page');
  expect([missing.status, missing.headers['content-type']]).toEqual([404, expect.stringContaining('text/html')]);
  expect((await site.get('/favicon.svg')).headers['content-type']).toBe('image/svg+xml');
  forgetEdge(site.stack);
  expect(state(await site.get('/writing'))).toBe('HIT');
});

test('invented paths leave nothing in the bucket', async () => {
  const keys = async () =>
    (
      await (await fetch(`${site.stack.endpoints.AWS_ENDPOINT_URL_S3}/${site.stack.bucketName}?list-type=2`)).text()
    ).match(/<Key>/g)?.length;
  await site.get('/invented');
  const before = await keys();
  const responses = await Promise.all(Array.from({ length: 30 }, (_, i) => site.get(`/invented-${i}`)));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([404]));
  expect(await keys()).toBe(before);
});
