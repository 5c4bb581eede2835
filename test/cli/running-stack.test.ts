import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { forgetEdge } from '../support/origin.ts';
import { type RunningStack, startRunningStack } from './running-stack.ts';

const WAIT = { timeout: 10_000 };

let running: RunningStack;
const printed: string[] = [];

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(() => running?.stop());

const isr = async (...argv: string[]) => {
  const ran = await running.run(...argv);
  printed.push(ran.host.printed);
  return ran;
};
/** Sentences on lines of their own again. */
const unwrapped = (text: string) => text.replace(/\n {2}/g, ' ');
const slug = () => running.site.contentApi.slugs[0] ?? '';
const post = () => `/blog/${slug()}`;

describe('isr revalidate', () => {
  test('says of each item what was done', async () => {
    await running.site.get(post());
    const { code, text } = await isr(
      'revalidate',
      '--path',
      post(),
      '--path',
      '/about',
      '--tag',
      'x',
      '--prefix',
      '/docs/',
    );
    expect(code).toBe(0);
    expect(text).toMatch(new RegExp(`path +(rendered|unchanged) .*${post()} +\\d+ ms`));
    expect(text).toMatch(/path +prerendered .*\/about +made by the build; only a deployment changes it/);
    expect(text).toMatch(/tag +noted +(purged|purge queued) +x\n +prefix +noted +(purged|purge queued) +\/docs\//);
  });

  test('--json prints the answer, and nothing else', async () => {
    const { code, host } = await isr('revalidate', '--path', '/blog', '--json');
    expect(code).toBe(0);
    expect(host.complained).toEqual([]);
    expect(host.said).toHaveLength(1);
    expect(JSON.parse(host.said[0] ?? '')).toMatchObject({
      status: expect.toSatisfy((status) => status === 200 || status === 202),
      sequence: expect.any(Number),
      pages: [{ path: '/blog', outcome: expect.any(String), milliseconds: expect.any(Number) }],
      tags: [],
      prefixes: [],
    });
  });

  test('--all covers every page', async () => {
    const { code, text } = await isr('revalidate', '--all');
    expect(code).toBe(0);
    expect(text).toMatch(/all +noted +(purged|purge queued) +every page/);
  });

  test('ends with 1 when a page could not be rendered', async () => {
    running.site.contentApi.fail(true);
    const { code, text } = await isr('revalidate', '--path', post());
    running.site.contentApi.fail(false);
    expect(code).toBe(1);
    expect(text).toMatch(/path +failed .*the old page, if any, is served[\s\S]*1 page could not be rendered/);
  });

  test('ends with 1 when the token is not that of the site', async () => {
    const host = running.host();
    const wrong = 'a-token-that-the-site-does-not-take';
    expect(await run(['revalidate', '--all', '--token', wrong], host)).toBe(1);
    expect(host.complained).toEqual([expect.stringMatching(/answered 401: the token is not one that the site takes/)]);
    expect(host.printed).not.toContain(wrong);
  });
});

describe('isr status', () => {
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

  test('names the ledger entry that put a page out of date', async () => {
    const path = `/blog/${running.site.contentApi.slugs[2]}`;
    await running.site.get(path);
    await isr('revalidate', '--prefix', '/blog/');
    const { text } = await isr('status', path);
    expect(text).toContain(': invalidated');
    expect(unwrapped(text)).toMatch(
      /is out of date: everything below \/blog\/ was revalidated \(ledger entry \d+, the page knows of \d+\)/,
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
    await running.site.stack.settled();
  });

  test('finds the page behind query parameters that are no part of it', async () => {
    const { text } = await isr('status', '/about?utm_source=x');
    expect(text).toContain('The stored page is that of /about: utm_source is no part of it.');
    expect(text).toMatch(/prerendered[\s\S]*expiration +never: made by the build/);
  });

  test('asks another site, and says that what it stores is not known', async () => {
    const other = running.site.contentApi.url;
    const { code, text } = await isr('status', `${other}/posts`);
    expect(code).toBe(0);
    expect(text).toMatch(/Stored: unknown[\s\S]*is of another site/);
    expect(text).toContain('does not say that it came through CloudFront');
  });

  test('ends with 1 when the site cannot be reached', async () => {
    const { code, host } = await isr('status', 'http://127.0.0.1:9/blog');
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      expect.stringMatching(/^isr status: http:\/\/127\.0\.0\.1:9\/blog cannot be reached/),
    ]);
  });
});

describe('isr pages', () => {
  test('lists states, ages and paths on lines of 80 columns, with a summary beside', async () => {
    await running.site.get('/blog');
    const { code, host } = await isr('pages');
    expect(code).toBe(0);
    expect(host.said[0]).toMatch(/^STATE +AGE +EXPIRES +SIZE +PATH {2}TAGS$/);
    expect(host.said).toContainEqual(expect.stringMatching(/^prerendered .* never .* \/about$/));
    expect(host.said).toContainEqual(expect.stringMatching(/^(fresh|expired) .* \/blog +posts$/));
    expect(Math.max(...host.said.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(host.complained).toEqual([expect.stringMatching(/^\d+ pages of deployment \w{16}: .*4 prerendered/)]);
  });

  test('--json is one object a line', async () => {
    const { host } = await isr('pages', '--prefix', '/blog/', '--json');
    const pages = host.said.map((line) => JSON.parse(line));
    expect(pages.map(({ path }) => path)).toContain('/blog');
    expect(pages.map(({ path }) => path)).not.toContain('/about');
    for (const page of pages) {
      expect(Object.keys(page)).toEqual([
        ...['path', 'state', 'status', 'renderedAt', 'ageSeconds', 'expiresAt', 'expiresInSeconds', 'tags', 'bytes'],
        ...['key', 'etag', 'ledgerSequence', 'invalidatedBy', 'retryAt', 'tooStale'],
      ]);
    }
  });

  test('chooses by state, and stops at the limit', async () => {
    await isr('revalidate', '--all');
    const stale = await isr('pages', '--state', 'stale', '--json');
    const states = stale.host.said.map((line) => JSON.parse(line).state);
    expect(new Set(states)).toEqual(new Set(['invalidated']));
    const one = await isr('pages', '--state', 'prerendered', '--limit', '1', '--json');
    expect(one.host.said).toHaveLength(1);
  });

  test('tells what it is at', async () => {
    const { host } = await isr('pages');
    expect(host.progressed).toEqual([expect.stringMatching(/^\d+ looked at, \d+ found …$/), '']);
  });

  test('of a deployment that was never uploaded lists nothing', async () => {
    const { code, host } = await isr('pages', '--deployment', '0000000000000000');
    expect([code, host.said]).toEqual([0, []]);
  });
});

describe('isr tail', () => {
  test('shows each event on a line until it is interrupted', async () => {
    const host = running.host();
    const ended = run(['tail', '--since', '0s'], host);
    await vi.waitFor(
      () => expect(host.complained).toEqual(['What happens in the local stack; stop with Ctrl-C.']),
      WAIT,
    );
    await vi.waitFor(async () => {
      await running.site.get('/robots.txt?from-tail');
      expect(host.said).toContainEqual(
        expect.stringMatching(/^\d\d:\d\d:\d\d {2}request +GET \/robots\.txt\?from-tail {2}200/),
      );
    });
    host.interrupt();
    expect(await ended).toBe(0);
  });

  test('--json is one object a line, of the kinds that were asked for', async () => {
    const host = running.host();
    const ended = run(['tail', '--json', '--since', '2d', '--kind', 'request', '--kind', 'invocation'], host);
    await vi.waitFor(() => expect(host.said.length).toBeGreaterThan(3), WAIT);
    host.interrupt();
    expect(await ended).toBe(0);
    expect(host.complained).toEqual([]);
    const kinds = new Set(host.said.map((line) => JSON.parse(line).kind));
    expect(kinds).toEqual(new Set(['request', 'invocation']));
  });
});

describe('a session file', () => {
  const sessionPath = () => join(running.folder, 'other', 'session.json');
  const session = async (changes: object) => {
    const written = JSON.parse(await readFile(join(running.folder, '.local/session.json'), 'utf8'));
    await mkdir(join(running.folder, 'other'), { recursive: true });
    await writeFile(sessionPath(), JSON.stringify({ ...written, ...changes }));
  };

  afterEach(() => rm(join(running.folder, 'other'), { recursive: true, force: true }));

  test.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1 }],
    ['whose process is another by now', { stackName: 'Another' }],
    ['that leads to another machine', { revalidateUrl: 'https://example.com/' }],
    ['of another version', { version: 2 }],
  ])('%s counts for nothing', async (_, changes) => {
    await session(changes);
    const { code, host } = await isr('revalidate', '--all', '--data', 'other');
    expect(code).toBe(2);
    expect(host.complained[0]).toMatch(/^isr: cannot tell the revalidate URL; give it in one of these ways:/);
  });
});

test('the token was in no output', () => {
  expect(printed.join('\n')).not.toContain(running.site.token);
});
