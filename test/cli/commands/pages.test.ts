import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningStack, startRunningStack } from '../support/running-stack.ts';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(() => running?.stop());

const isr = (...argv: string[]) => running.run(...argv);

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
      ...['key', 'etag', 'ledgerSequence', 'invalidatedBy', 'retryAt', 'viewerReads', 'tooStale'],
    ]);
  }
});

test('tells the status of a page that was prerendered with status 404', async () => {
  const { host } = await isr('pages', '--prefix', '/404/', '--json');
  expect(host.said.map((line) => JSON.parse(line))).toMatchObject([
    { path: '/404', state: 'prerendered', status: 404 },
  ]);
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

test('the token was in no output', () => {
  expect(running.printed).not.toContain(running.site.token);
});
