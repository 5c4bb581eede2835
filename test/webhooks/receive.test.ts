import { describe, expect, test } from 'vitest';
import type { WebhookResponse } from '../../lib/webhooks/receive.ts';
import { createReceiver } from './receiver.ts';
import { requestOf, SAMPLES, type Sample, SECRET } from './samples.ts';

const github = SAMPLES.find(({ vendor }) => vendor === 'github') as Sample;
const generic = SAMPLES.find(({ vendor }) => vendor === 'generic') as Sample;

function signed(body: string) {
  const bytes = Buffer.from(body);
  return { path: '/', query: '', body: bytes, headers: generic.headers(bytes, SECRET, 0) };
}

test('a name that nobody configured is not found', async () => {
  const receiver = createReceiver({ github: {} });
  for (const name of ['ghost', '', 'constructor', 'github/x']) {
    expect((await receiver.post(name, requestOf(github))).status).toBe(404);
  }
});

test('rules say what is revalidated', async () => {
  const rules = [
    { when: { type: 'post' }, paths: ['/blog/{slug}', '/blog'], tags: ['post:{id}'] },
    { when: { type: 'page' }, paths: ['/{slug}'] },
  ];
  const receiver = createReceiver({ generic: { rules } });
  await receiver.post('generic', requestOf(generic));
  expect(receiver.revalidations).toEqual([
    { pages: ['/blog/hello/index.html', '/blog/index.html'], tags: ['post:7'], prefixes: [], all: false },
  ]);
});

test('a change that no rule is for is accepted, and nothing happens but one line in the log', async () => {
  const receiver = createReceiver({ generic: { rules: [{ when: { type: 'page' }, all: true }] } });
  const response = await receiver.post('generic', requestOf(generic));
  expect(response).toEqual({ status: 202, body: { ignored: true, reason: 'no rule is for this change' } });
  expect(receiver.revalidations).toEqual([]);
  expect(receiver.logLines.map(({ message }) => message)).toEqual(['ignored a webhook']);
});

test('a part of a rule that cannot be made is left out, with a line in the log', async () => {
  const receiver = createReceiver({ generic: { rules: [{ paths: ['/{previousSlug}', '/{slug}'] }] } });
  expect((await receiver.post('generic', requestOf(generic))).status).toBe(200);
  expect(receiver.revalidations[0]?.pages).toEqual(['/hello/index.html']);
  expect(receiver.logLines).toEqual([
    {
      message: 'left out a part of a rule',
      details: { webhook: 'generic', template: '/{previousSlug}', why: 'the payload has no previousSlug' },
    },
  ]);
});

describe('a body that nobody can read', () => {
  test.each([
    ['is not JSON', 'payload=%7B%7D', 400, /not JSON.*have the webhook send application\/json/],
    ['is empty', '', 400, /not JSON/],
    ['is no object', '[]', 400, /must be a JSON object/],
    ['is too large', `"${'x'.repeat(6 * 1024 * 1024)}"`, 413, /6291458 bytes, more than 6291456/],
  ])('%s', async (_title, body, status, error) => {
    const response = await createReceiver({ generic: {} }).post('generic', signed(body));
    expect(response).toEqual({ status, body: { error: expect.stringMatching(error) } });
  });
});

test('a body of hundreds of tags is one revalidation', async () => {
  const tags = Array.from({ length: 3000 }, (_, i) => `tag-${i}`);
  const receiver = createReceiver({ generic: { rules: [{ tags: ['{data.tags}'] }] } });
  expect((await receiver.post('generic', signed(JSON.stringify({ tags })))).status).toBe(200);
  expect(receiver.revalidations.map((each) => each.tags.length)).toEqual([3000]);
});

test('one webhook does not take the deliveries of another for replays', async () => {
  const receiver = createReceiver({ github: {}, other: { vendor: 'github' } });
  await receiver.post('github', requestOf(github));
  expect((await receiver.post('other', requestOf(github))).body).toEqual({ done: true });
});

test('WooCommerce may ask whether somebody is there', async () => {
  const receiver = createReceiver({ wordpress: {} });
  const ping = { path: '/', query: '', headers: {}, body: Buffer.from('webhook_id=7') };
  expect(await receiver.post('wordpress', ping)).toEqual({ status: 200, body: { ping: true } });
  expect(receiver.revalidations).toEqual([]);
});

test('what is queued is done: a second one is a replay', async () => {
  const receiver = createReceiver({ github: {} });
  receiver.status = 202;
  expect((await receiver.post('github', requestOf(github))).status).toBe(202);
  expect((await receiver.post('github', requestOf(github))).body).toEqual({ replayed: true });
});

describe('a webhook that waits until nobody gets an old page any more', () => {
  test('is answered then', async () => {
    const receiver = createReceiver({ github: { wait: true } });
    expect((await receiver.post('github', requestOf(github))).body).toEqual({ everywhere: true });
  });

  test('is done once, though its vendor had no patience and sent it again meanwhile', async () => {
    const receiver = createReceiver({ github: { wait: true } });
    const { promise, resolve } = Promise.withResolvers<WebhookResponse>();
    receiver.purgeEverywhere = promise;
    const first = receiver.post('github', requestOf(github));
    await new Promise(setImmediate);
    expect((await receiver.post('github', requestOf(github))).body).toEqual({ replayed: true });
    resolve({ status: 200, body: { everywhere: 'at last' } });
    expect((await first).body).toEqual({ everywhere: 'at last' });
    expect(receiver.revalidations).toHaveLength(1);
  });
});

test('what it revalidates is done once more when the CDN of the vendor has settled', async () => {
  for (const [settings, seconds] of [
    [{}, 0],
    [{ settleSeconds: 45 }, 45],
  ] as const) {
    const receiver = createReceiver({ generic: settings });
    await receiver.post('generic', requestOf(generic));
    expect(receiver.settleSeconds).toEqual([seconds]);
  }
});
