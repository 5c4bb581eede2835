import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ContentApi, type Post, startContentApi } from '../../examples/content-api/index.ts';

const SLUG = 'purge-less';

let api: ContentApi;

beforeEach(async () => {
  api = await startContentApi({ port: 0 });
});

afterEach(() => api.close());

const at = (path: string) => new URL(path, api.url);
const put = (slug: string, body: string) => fetch(at(`/posts/${slug}`), { method: 'PUT', body });

async function read(slug: string): Promise<Post> {
  const response = await fetch(at(`/posts/${slug}`));
  return (await response.json()) as Post;
}

test('lists at least 20 posts, newest first, without their bodies', async () => {
  const posts = (await (await fetch(at('/posts'))).json()) as Post[];
  const dates = posts.map((post) => post.publishedAt);
  expect(posts.length).toBeGreaterThanOrEqual(20);
  expect(dates).toEqual(dates.toSorted().reverse());
  expect(posts[0]).not.toHaveProperty('body');
});

test('edits a post in memory', async () => {
  const before = await read(SLUG);
  expect((await put(SLUG, '{"title":"Purge more"}')).status).toBe(200);
  const after = await read(SLUG);
  expect(after).toEqual({ ...before, title: 'Purge more', updatedAt: after.updatedAt });
  expect(after.updatedAt > before.updatedAt).toBe(true);
});

test('keeps edits for the next start, where it is given a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'content-api-'));
  const options = { port: 0, editsFile: join(folder, 'kept/posts.json') };
  const first = await startContentApi(options);
  const edited = first.edit(SLUG, { title: 'Purge more' });
  await first.close();
  const second = await startContentApi(options);
  expect(await (await fetch(new URL(`/posts/${SLUG}`, second.url))).json()).toEqual(edited);
  expect(second.slugs).toEqual(api.slugs);
  await second.close();
  await rm(folder, { recursive: true });
});

describe('refuses', () => {
  test.each([
    { body: '{', error: 'the body is not JSON' },
    { body: '[1]', error: "'0' cannot be set" },
    { body: 'null', error: 'the body must be a JSON object' },
    { body: '{"slug":"x"}', error: "'slug' cannot be set; the fields are title, summary, body, each a string" },
    { body: '{"title":1}', error: "'title' cannot be set" },
  ])('to store $body', async ({ body, error }) => {
    const response = await put(SLUG, body);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(error)]);
  });

  test.each([
    ['GET', '/posts/never-written', 404],
    ['GET', '/other', 404],
    ['PUT', '/posts', 405],
    ['DELETE', `/posts/${SLUG}`, 405],
  ])('%s %s with %i', async (method, path, status) => {
    expect((await fetch(at(path), { method, body: method === 'PUT' ? '{}' : null })).status).toBe(status);
  });
});

describe('for tests', () => {
  test('counts reads of each post and of the list', async () => {
    await Promise.all([read(SLUG), read(SLUG), fetch(at('/posts'))]);
    expect([api.reads(SLUG), api.reads(), api.reads('garden-not-archive')]).toEqual([2, 1, 0]);
    api.forgetReads();
    expect(api.reads(SLUG)).toBe(0);
  });

  test('fails until it is told otherwise', async () => {
    api.fail();
    expect((await fetch(at(`/posts/${SLUG}`))).status).toBe(503);
    api.fail(false);
    expect((await fetch(at(`/posts/${SLUG}`))).status).toBe(200);
  });

  test('holds a post back until it is released', async () => {
    const release = api.hold(SLUG);
    let isAnswered = false;
    const response = read(SLUG).finally(() => {
      isAnswered = true;
    });
    await read('garden-not-archive');
    expect(isAnswered).toBe(false);
    release();
    expect((await response).slug).toBe(SLUG);
  });
});
