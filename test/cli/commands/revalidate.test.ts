import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { type DeployedSite, startDeployedSite, TOKEN } from '../support/deployed-site.ts';
import { type RunningStack, startRunningStack } from '../support/running-stack.ts';

let running: RunningStack;
let site: DeployedSite;

beforeAll(async () => {
  [running, site] = await Promise.all([startRunningStack(), startDeployedSite()]);
});

afterAll(async () => {
  await running?.stop();
  await site?.stop();
});

const isr = (...argv: string[]) => running.run(...argv);
const slug = () => running.site.contentApi.slugs[0] ?? '';
const post = () => `/blog/${slug()}`;

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

test('--json prints the response, and nothing else', async () => {
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

test('--wait ends when nobody gets an old page any more, and says how long that took', async () => {
  const { code, text } = await isr('revalidate', '--path', post(), '--wait');
  expect(text).toMatch(
    /path +rendered +purged [\s\S]*\nDone in \d+ ms, live everywhere after [\d.]+ s: nobody gets an old page any more\.$/,
  );
  expect(code).toBe(0);
});

test('--wait ends with 1 when that is not confirmed in time', async () => {
  const everywhere = { confirmed: false, seconds: 290, reason: 'the purge was still in progress' };
  const page = { path: '/a', outcome: 'rendered', purge: 'purged', milliseconds: 9 };
  const body = { sequence: 1, pages: [page], tags: [], prefixes: [], purge: 'purged', milliseconds: 12, everywhere };
  site.response = { status: 202, body: JSON.stringify(body), headers: {} };
  const { code, host } = await site.run(['revalidate', '--path', '/a', '--wait', '--url', site.revalidateUrl]);
  expect(code).toBe(1);
  expect(host.said.at(-1)).toContain('not confirmed everywhere after 290 s: the purge was still in progress');
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

test('the token was in no output', () => {
  expect(running.printed).not.toContain(running.site.token);
});

describe('a failure ends with 1 and the reason', () => {
  test.each([
    [401, '{"error":"unauthorized"}', /answered 401: the token is not one that the site takes; check ISR_TOKEN/],
    [413, '{"error":"the body is too large"}', /answered 413: the body is too large/],
    [500, 'Internal Server Error', /answered 500: Internal Server Error/],
    [200, '<!doctype html>', /answered 200, which is not what a revalidate URL answers/],
    [302, '', /answered 302, which is not what a revalidate URL answers/],
    [400, '{"error":"I do not know <echo>"}', /answered 400: I do not know Bearer \*\*\*/],
  ])('a response %i %s', async (status, body, message) => {
    site.response = { status, body, headers: { location: 'http://127.0.0.1:9/' } };
    const { code, host } = await site.run(['revalidate', '--all', '--json', '--url', site.revalidateUrl]);
    expect(code).toBe(1);
    expect(host.complained).toEqual([expect.stringMatching(message)]);
    expect(host.said).toEqual([]);
    expect(host.printed).not.toContain(TOKEN);
  });

  test('an address where nobody listens', async () => {
    const { code, host } = await site.run(['revalidate', '--all', '--url', 'http://127.0.0.1:9/']);
    expect([code, host.complained]).toEqual([1, [expect.stringMatching(/cannot be reached: \w+/)]]);
  });
});
