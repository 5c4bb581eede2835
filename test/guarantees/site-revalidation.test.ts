import { afterAll, beforeAll, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack } from '../support/echo-site/stack.ts';
import { ask, type RawResponse } from '../support/http.ts';

let site: EchoStack;
beforeAll(async () => {
  site = await startEchoStack(await built('echo-one'));
});
afterAll(() => site?.stop());

const get = (path: string): Promise<RawResponse> => ask(site.stack.siteUrl, path);

async function rendered(path: string, body: string, headers = {}): Promise<RawResponse> {
  const answering = get(path);
  (await site.next()).respond(body, headers);
  return answering;
}

// What Astro.cache.invalidate({ path }) and ({ tags }) do, see test/adapter.
test.each([
  ['a path', '/by-path', 'path=/by-path', {}],
  ['a tag', '/by-tag', 'tag=second', { 'cache-tag': 'first, second' }],
])('a live route that revalidates %s makes the next request render', async (_name, path, query, headers) => {
  await rendered(path, 'one', headers);
  expect((await get(path)).body).toBe('one');
  expect((await get(`/live/revalidate?${query}`)).body).toBe('done');
  await site.settled();
  const renewed = await rendered(path, 'two', headers);
  expect([renewed.headers['x-isr-cache'], renewed.body]).toEqual(['REVALIDATED', 'two']);
});
