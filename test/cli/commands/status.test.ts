import { afterAll, beforeAll, expect, test } from 'vitest';
import { edgeSentences, storedSentences } from '../../../lib/cli/commands/status/sentences.ts';
import { askServe, forgetEdge } from '../../support/origin.ts';
import { type RunningStack, startRunningStack } from '../support/running-stack.ts';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(() => running?.stop());

const isr = (...argv: string[]) => running.run(...argv);
/** Sentences on lines of their own again. */
const unwrapped = (text: string) => text.replace(/\n {2}/g, ' ');

test('tells of a first request that nothing was stored, and why it took a render', async () => {
  const { code, text } = await isr('status', '/blog?page=1234');
  expect(code).toBe(0);
  expect(text).toMatch(/x-isr-cache +\w+/);
  const path = `/blog/${running.site.contentApi.slugs[1]}`;
  const first = await isr('status', path);
  expect(first.text).toMatch(/x-cache +Miss from cloudfront\n +x-isr-cache +MISS/);
  expect(first.text).toContain('- Nothing was stored for it in this deployment before this request.');
  const second = await isr('status', path);
  expect(second.text).toMatch(/CloudFront answered with its own copy[\s\S]*is fresh for another/);
});

test('names the ledger entry that invalidated a page', async () => {
  const path = `/blog/${running.site.contentApi.slugs[2]}`;
  await running.site.get(path);
  await isr('revalidate', '--prefix', '/blog/');
  const { text } = await isr('status', path);
  expect(text).toContain(': invalidated');
  expect(unwrapped(text)).toMatch(
    /is invalidated: everything below \/blog\/ was revalidated \(ledger entry \d+, the page knows of \d+\)/,
  );
  expect(text).toMatch(/x-isr-cache +REVALIDATED/);
});

test('says of a page whose render failed when it is tried again', async () => {
  const path = `/blog/${running.site.contentApi.slugs[3]}`;
  await running.site.get(path);
  running.site.contentApi.fail(true);
  await isr('revalidate', '--path', path);
  forgetEdge(running.site.stack);
  const { text } = await isr('status', path);
  running.site.contentApi.fail(false);
  const sentences = unwrapped(text);
  expect(sentences).toContain(`the page ${path} was revalidated (ledger entry`);
  expect(sentences).toContain('- Its last render failed; the old page is served for another');
  expect(sentences).toContain('the last render had failed: the old page is served until one succeeds');
  expect(sentences).not.toContain('waits for a new render');
});

test('says what is among the dead letters of the site, what becomes of it, and what to do', async () => {
  const { site } = running;
  const path = `/blog/${site.contentApi.slugs[4]}`;
  await site.get(path);
  expect((await isr('status', path)).text).not.toContain('Dead letters');
  site.clock.advance(25 * 3_600_000);
  site.contentApi.fail(true);
  await askServe(site.stack, path);
  for (let attempt = 0; attempt < 4; attempt++) {
    await site.settled();
    site.clock.advance(31_000);
  }
  await site.settled();
  const { text } = await isr('status', path);
  site.contentApi.fail(false);
  expect(unwrapped(text)).toMatch(
    /Dead letters of the site\n- [1-9]\d* jobs? failed three times\. Each is tried again every 15/,
  );
  const { deadLetters } = JSON.parse((await isr('status', path, '--json')).text);
  expect(deadLetters).toEqual({ jobs: expect.toSatisfy((jobs: number) => jobs > 0), purges: 0 });
  site.clock.advance(15 * 60_000 + 1000);
  await site.settled();
  expect((await isr('status', path)).text).not.toContain('Dead letters');
});

test('knows that the clock of the local stack was moved', async () => {
  await running.site.get('/blog');
  running.site.clock.advance(25 * 3_600_000);
  forgetEdge(running.site.stack);
  const { text, host } = await isr('status', `${running.site.stack.siteUrl}/blog`, '--json');
  expect(host.said).toHaveLength(1);
  expect(JSON.parse(text)).toMatchObject({
    url: `${running.site.stack.siteUrl}/blog`,
    edge: { status: 200, headers: { 'x-isr-cache': 'STALE' } },
    stored: { kind: 'found', state: 'expired', path: '/blog', expiresInSeconds: expect.any(Number), tags: ['posts'] },
    why: expect.arrayContaining([expect.stringMatching(/expired 1 h ago/)]),
  });
  await running.site.settled();
});

test.each([
  ['set-cookie: session, theme', 'because it sets cookies (session, theme); viewers do not get them'],
  ['cache-control: private', 'not stored (cache-control: private)'],
])('says of a page that is not stored why: %s', (reason, sentence) => {
  const headers = { 'x-isr-cache': 'BYPASS', 'cache-status': `cdk-isr; fwd=miss; detail="${reason}"` };
  const view = { status: 200, milliseconds: 1, bytes: 1, headers };
  expect(edgeSentences(view).join(' ')).toContain(sentence);
});

test('finds the page behind query parameters that are no part of it', async () => {
  const { text } = await isr('status', '/about?utm_source=x');
  expect(text).toContain('The stored page is that of /about: utm_source is no part of it.');
  expect(text).toMatch(/prerendered[\s\S]*expiration +never: made by the build/);
});

test('says of a page that was prerendered with status 404 what the site answers', async () => {
  const { text } = await isr('status', '/404');
  expect(text).toMatch(/^Through the edge: 404,/m);
  expect(text).toMatch(/: prerendered\n {2}key +deployments\/\w+\/404\/index\.html\n {2}size +.*, status 404$/m);
});

test('says of a page that asked for a cookie which route to exclude', () => {
  const facts = {
    ...{
      status: 200,
      headers: {},
      renderedAt: 0,
      expiration: false as const,
      tags: [],
      ledgerSequence: 1,
      bodyHash: '',
    },
    viewerReads: { route: '/cart', names: ['cookie cart'] },
  };
  const freshness = { kind: 'fresh', secondsLeft: 60 } as const;
  const page = { facts, freshness, state: 'fresh', key: '', path: '/cart', bytes: 1, etag: '"1"', now: 1000 } as const;
  expect(storedSentences({ kind: 'found', page, dropped: [] })).toContain(
    "While it was rendered, it read the cookie `cart`, which no stored page gets; list '/cart' in isr.exclude, and it is rendered for each viewer.",
  );
});

test('asks another site, and says that what it stores is not known', async () => {
  const other = running.site.contentApi.url;
  const { code, text } = await isr('status', `${other}/posts`);
  expect(code).toBe(0);
  expect(text).toMatch(/Stored: unknown[\s\S]*belongs to another site/);
  expect(text).toContain('does not say that it came through CloudFront');
});

test('ends with 1 when the site cannot be reached', async () => {
  const { code, host } = await isr('status', 'http://127.0.0.1:9/blog');
  expect(code).toBe(1);
  expect(host.complained).toEqual([
    expect.stringMatching(/^isr status: http:\/\/127\.0\.0\.1:9\/blog cannot be reached/),
  ]);
});

test('the token was in no output', () => {
  expect(running.printed).not.toContain(running.site.token);
});
