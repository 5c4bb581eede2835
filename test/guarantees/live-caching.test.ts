import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack, TOKEN } from '../support/echo-site/stack.ts';
import { ask, type RawResponse } from '../support/http.ts';

let site: EchoStack;
beforeAll(async () => {
  site = await startEchoStack(await built('echo-one'));
});
afterAll(() => site?.stop());

const get = (path: string, headers: Record<string, string> = {}): Promise<RawResponse> =>
  ask(site.stack.siteUrl, path, { headers });

/** The response of the live route, which has to run for it. */
async function run(path: string, body: string, headers = {}, asked = {}): Promise<RawResponse> {
  const answering = get(path, asked);
  (await site.next()).respond(body, headers);
  return answering;
}

const KEPT = { 'cache-control': 'public, s-maxage=60, stale-while-revalidate=30, max-age=5' };

describe('a live response that says so', () => {
  test('is given to others by the edge, and browsers read what is meant for them', async () => {
    const first = await run('/live/content/a?x=1', 'one', { ...KEPT, 'cache-tag': 'posts' });
    const second = await get('/live/content/a?x=1');
    expect([first.body, second.body]).toEqual(['one', 'one']);
    for (const { headers } of [first, second]) {
      expect(headers['cache-control']).toBe('public, max-age=5');
      expect(Object.keys(headers).filter((name) => /^x-(isr|amz-meta)/.test(name))).toEqual([]);
    }
  });

  test('is not given to another query, to a viewer with a cookie or to one with credentials', async () => {
    await run('/live/content/b', 'for all', KEPT);
    expect((await run('/live/content/b?x=2', 'other query', KEPT)).body).toBe('other query');
    expect((await run('/live/content/b', 'cookie', KEPT, { cookie: 'a=1' })).body).toBe('cookie');
    expect((await run('/live/content/b', 'again', KEPT, { cookie: 'a=1' })).body).toBe('again');
    expect((await run('/live/content/b', 'user', KEPT, { authorization: 'Basic x' })).body).toBe('user');
    expect((await get('/live/content/b')).body).toBe('for all');
  });

  test('is never served beyond what it says', async () => {
    await run('/live/content/c', 'one', { 'cache-control': 's-maxage=60' });
    site.stack.clock.advance(61_000);
    expect((await run('/live/content/c', 'two', KEPT)).body).toBe('two');
  });
});

describe('a live response is made for each request', () => {
  test.each([
    ['says nothing', {}],
    ['speaks to browsers alone', { 'cache-control': 'public, max-age=3600', etag: '"x"' }],
    ['sets a cookie', { ...KEPT, 'set-cookie': 'session=1' }],
    ['is private', { 'cache-control': 'private, s-maxage=60' }],
    ['varies on a header', { ...KEPT, vary: 'Accept-Language' }],
  ])('that %s', async (name, headers) => {
    const path = `/live/content/${encodeURIComponent(name)}`;
    expect((await run(path, 'one', headers)).body).toBe('one');
    const second = await run(path, 'two', headers);
    expect(second.body).toBe('two');
    if ('etag' in headers) expect(second.headers['cache-control']).toBe('public, max-age=3600');
  });
});

describe('a live response at the edge is purged', () => {
  const revalidate = (body: unknown): Promise<RawResponse> =>
    site.pass(
      ask(site.stack.functionUrl('revalidate'), '/', {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );

  test.each([
    ['a tag', { tags: ['two'] }],
    ['a prefix', { prefixes: ['/live/content/'] }],
    ['everything', { all: true }],
  ])('by the revalidation of %s', async (name, body) => {
    const path = `/live/content/purged?by=${encodeURIComponent(name)}`;
    await run(path, 'old', { ...KEPT, 'cache-tag': 'one, two' });
    expect((await get(path)).body).toBe('old');
    expect((await revalidate(body)).status).toBe(200);
    expect((await run(path, 'new', KEPT)).body).toBe('new');
  });

  test.each([
    ['path', 'path=/live/content/mine'],
    ['tag', 'tag=mine'],
  ])('by a route of the site that revalidates its %s', async (_name, query) => {
    await run('/live/content/mine?q=1', 'old', { ...KEPT, 'cache-tag': 'mine' });
    expect((await get(`/live/revalidate?${query}`)).body).toBe('done');
    await site.settled();
    expect((await run('/live/content/mine?q=1', 'new', KEPT)).body).toBe('new');
    await revalidate({ all: true });
  });
});

test('sessions of live routes are in the bucket, for every sandbox, where no behavior of the edge reaches them', async () => {
  const visit = async (method: string, id: string) => {
    const { body } = await ask(site.stack.siteUrl, '/live/session', { method, headers: { 'x-session': id } });
    return JSON.parse(body);
  };
  expect(await visit('POST', 'one')).toEqual({ visits: 1, hasStore: true });
  expect(await visit('POST', 'one')).toEqual({ visits: 2, hasStore: true });
  expect((await visit('POST', 'two')).visits).toBe(1);
  await visit('DELETE', 'one');
  expect((await visit('POST', 'one')).visits).toBe(1);
});
