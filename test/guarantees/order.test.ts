import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAwsClient } from '../../lib/aws/client.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { built } from '../support/built.ts';
import { type EchoStack, startEchoStack, TOKEN } from '../support/echo-site/stack.ts';
import { ask, type RawResponse } from '../support/http.ts';
import { askServe } from '../support/origin.ts';

let site: EchoStack;
beforeAll(async () => {
  site = await startEchoStack(await built('echo-one'));
});
afterAll(() => site?.stop());

const revalidate = (path: string): Promise<RawResponse> =>
  ask(site.stack.functionUrl('revalidate'), '/', {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ paths: [path] }),
  });

async function stored(path: string, body: string): Promise<void> {
  const answering = askServe(site.stack, path);
  (await site.next()).respond(body);
  await answering;
}

describe('guarantee 7: an older render never overwrites a newer one', () => {
  test('when a revalidation overtakes a first render', async () => {
    const first = askServe(site.stack, '/overtaken');
    const older = await site.next();
    // The revalidation waits for the render under way, then renders on its own.
    const revalidating = revalidate('/overtaken');
    (await site.pass(site.next())).respond('newer');
    expect((await site.pass(revalidating)).status).toBe(200);
    older.respond('older');
    expect((await first).body).toBe('newer');
    expect((await askServe(site.stack, '/overtaken')).body).toBe('newer');
  });

  test('when a revalidation overtakes a regeneration', async () => {
    await stored('/regenerated', 'one');
    site.stack.clock.advance(61_000);
    expect((await askServe(site.stack, '/regenerated')).body).toBe('one');
    const older = await site.next();
    const revalidating = revalidate('/regenerated');
    (await site.pass(site.next())).respond('three');
    await site.pass(revalidating);
    older.respond('two');
    await site.settled();
    expect((await askServe(site.stack, '/regenerated')).body).toBe('three');
  });

  test('even when the newer one has the bytes that were there before', async () => {
    await stored('/identical', 'same');
    site.stack.clock.advance(61_000);
    await askServe(site.stack, '/identical');
    const older = await site.next();
    const revalidating = revalidate('/identical');
    (await site.pass(site.next())).respond('same');
    await site.pass(revalidating);
    older.respond('something older');
    await site.settled();
    expect((await askServe(site.stack, '/identical')).body.trimEnd()).toBe('same');
  });
});

describe('guarantee 8: what S3 serves in place of a function is the page as it was rendered', () => {
  test.each<[string, number, Readonly<Record<string, string>>]>([
    ['with its security policy', 200, { 'content-security-policy': "default-src 'self'" }],
    ['with headers that an edge function may not set left out', 200, { 'x-accel-buffering': 'no' }],
    ['as the 404 that it became', 404, {}],
  ])('%s', async (name, status, headers) => {
    const path = `/${name.replaceAll(' ', '-')}`;
    await stored(path, 'first');
    site.stack.clock.advance(61_000);
    await askServe(site.stack, path);
    (await site.next()).respond('body', headers, status);
    await site.settled();
    site.stack.function('serve').failWith(new Error('down'));
    try {
      const response = await ask(site.stack.siteUrl, path);
      // Blanks at the end tell one write from another: docs/decisions/0007.
      expect([response.status, response.body.trimEnd()]).toEqual([status, 'body']);
      expect(response.headers['content-security-policy']).toBe(headers['content-security-policy']);
    } finally {
      site.stack.function('serve').failWith(undefined);
    }
  });
});

test('a message that nobody understands keeps no other from being purged', async () => {
  const [, queueUrl = ''] = [...site.stack.queueUrls].find(([name]) => /-?purges(?!dead)/i.test(name)) ?? [];
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  const { AWS_ENDPOINT_URL_SQS: sqs = '' } = site.stack.endpoints;
  const aws = createAwsClient({ region: 'us-east-1', endpoints: { sqs } });
  const send = (MessageBody: string) =>
    aws({
      service: 'sqs',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
      body: JSON.stringify({ QueueUrl: queueUrl, MessageBody }),
    });
  const responses = await Promise.all(['no JSON', '{}', '{"items":[1]}', '{"items":["/x"]}'].map(send));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await site.settled();
  const lines = site.stack.events.ofKind('log').map(({ line }) => line);
  expect(lines.some((line) => line.includes('"message":"not a purge"'))).toBe(true);
  expect(lines.filter((line) => line.includes('"message":"purged","items":["/x"]'))).toHaveLength(1);
});

// Failures come last: their jobs come again, and would take the answers of other tests.
test('guarantee 5: a page that takes longer than a viewer can wait is not lost for ever: a job stores it', async () => {
  const asking = ask(site.stack.siteUrl, '/slow');
  const ofViewer = await site.next();
  // Less than CloudFront waits.
  site.stack.clock.advance(13_500);
  const { status, headers, body } = await site.pass(asking);
  expect([status, headers['retry-after']]).toEqual([503, '30']);
  expect(body).toContain('not available right now');
  ofViewer.respond('too late');
  const ofJob = await site.pass(site.next());
  site.stack.clock.advance(20_000);
  ofJob.respond('a slow page');
  await site.settled();
  const { body: stored, headers: after } = await ask(site.stack.siteUrl, '/slow');
  expect([stored, after['x-isr-cache']]).toEqual(['a slow page', 'HIT']);
  const log = site.stack.events.ofKind('log').map(({ line }) => line);
  expect(log.filter((line) => line.includes("which is what 'originTimeout' (15000 ms) leaves"))).toHaveLength(1);
});

describe('guarantee 5: a redirect without a Location is no page', () => {
  test('a viewer gets an error in place of it, and the next one a render', async () => {
    const answering = ask(site.stack.siteUrl, '/nowhere');
    (await site.next()).respond('', {}, 302);
    expect((await answering).status).toBe(500);
    const again = ask(site.stack.siteUrl, '/nowhere');
    (await site.next()).respond('a page after all');
    const { status, body } = await again;
    expect([status, body]).toEqual([200, 'a page after all']);
  });

  test('a job does not store it in place of the page', async () => {
    await stored('/expires-to-nowhere', 'page');
    site.stack.clock.advance(61_000);
    await askServe(site.stack, '/expires-to-nowhere');
    (await site.next()).respond('', {}, 308);
    await site.settled();
    expect((await askServe(site.stack, '/expires-to-nowhere')).body).toBe('page');
  });

  test('a revalidation says so, and the page before stays', async () => {
    await stored('/goes-nowhere', 'page');
    const revalidating = revalidate('/goes-nowhere');
    (await site.next()).respond('', {}, 301);
    const { status, body } = await site.pass(revalidating);
    expect([status, JSON.parse(body).pages[0].reason]).toEqual([502, 'the site answered 301 without a Location']);
    expect((await askServe(site.stack, '/goes-nowhere')).body).toBe('page');
  });
});

test.each(['/to-elsewhere', '/live/to-elsewhere'])(
  'a redirect to which the site gave no type has none: %s, from its origin and from the edge',
  async (path) => {
    for (const _time of [1, 2]) {
      const { status, headers } = await ask(site.stack.siteUrl, path);
      expect([status, headers.location, headers['content-type']]).toEqual([302, '/elsewhere', undefined]);
      expect(Object.keys(headers).filter((name) => /untyped/.test(name))).toEqual([]);
    }
  },
);
