import { createHmac } from 'node:crypto';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { createS3Deliveries, createWebhookEndpoint, isWebhook } from '../../lambdas/revalidate/webhooks.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { revalidate } from '../../lib/core/revalidate.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { COMPILED_VERSION } from '../../lib/webhooks/compiled.ts';
import type { WebhookSettings } from '../../lib/webhooks/settings/read-webhooks.ts';
import { VENDORS } from '../../lib/webhooks/vendors.ts';
import { createWorld, keyOf, textOf, type World } from '../fakes/world.ts';
import { compileWebhooks } from './receiver.ts';
import { readFixture, SECRET } from './samples.ts';

const RULES: WebhookSettings['rules'] = [{ when: { type: 'post' }, paths: ['/blog/{slug}'], tags: ['post'] }];
const BODY = readFixture('ghost', 'post-published-edited.json');

test('a webhook makes the page new before it is answered', async () => {
  const { world, receive } = createReceiver({ ghost: { rules: RULES } });
  world.site.response = { body: 'old' };
  await servePage(keyOf('/blog/hello-again'), world.options, world);
  world.site.response = { body: 'new' };

  const response = await receive(eventOf('/webhooks/ghost', BODY, signed(BODY, world)));

  expect(response.status).toBe(200);
  expect(response.body).toMatchObject({ pages: [{ path: '/blog/hello-again', outcome: 'rendered' }], purge: 'purged' });
  expect(textOf(await world.pages.read(keyOf('/blog/hello-again')).then((page) => page ?? { body: BODY }))).toBe('new');
});

test('a page that cannot be rendered is 502, and the next try is no replay', async () => {
  const { world, receive } = createReceiver({ ghost: { rules: RULES } });
  world.site.failure = new Error('the content API is down');
  const event = eventOf('/webhooks/ghost/', BODY, signed(BODY, world));
  expect((await receive(event)).status).toBe(502);
  world.site.failure = undefined;
  expect((await receive(event)).status).toBe(200);
  expect(await receive(event)).toEqual({ status: 200, body: { replayed: true } });
});

test('what was done is remembered below _isr/webhooks/, with nothing of the webhook in it', async () => {
  const { world, receive, objects } = createReceiver({ ghost: { rules: RULES } });
  await receive(eventOf('/webhooks/ghost', BODY, signed(BODY, world)));
  const [[name, content] = []] = objects;
  expect(objects.size).toBe(1);
  expect(name).toMatch(/^_isr\/webhooks\/[0-9a-f]{64}$/);
  expect(content).toBe('{}');
});

test('a body that Lambda encoded is verified as it was sent', async () => {
  const { world, receive } = createReceiver({ ghost: { rules: RULES } });
  const body = Buffer.from(BODY.toString().replace('Hello, World!', 'Grüße, Welt! 🌍'));
  const event = eventOf('/webhooks/ghost', body, signed(body, world));
  expect((await receive(event)).status).toBe(200);
  const encoded = { ...event, body: body.toString('base64'), isBase64Encoded: true };
  expect((await receive(encoded)).body).toEqual({ replayed: true });
});

test('a second secret is accepted while there is one', async () => {
  const { world, receive } = createReceiver({ ghost: {} }, { ISR_WEBHOOK_SECRET_2_GHOST: 'the next one' });
  const event = eventOf('/webhooks/ghost', BODY, signed(BODY, world, 'the next one'));
  expect((await receive(event)).status).toBe(200);
});

test('a secret that was not deployed is our fault', async () => {
  const { world, receive } = createReceiver({ 'blog-2': { vendor: 'ghost' } });
  await expect(receive(eventOf('/webhooks/blog-2', BODY, signed(BODY, world)))).rejects.toThrow(
    /the webhook 'blog-2' has no secret/,
  );
});

test('settings of another version are our fault', async () => {
  const { receive } = createReceiver({ ghost: { rules: RULES } }, {}, COMPILED_VERSION + 1);
  await expect(receive(eventOf('/webhooks/ghost', BODY, {}))).rejects.toThrow(/webhooks.json is of another version/);
});

test.each([
  ['/webhooks/ghost', true],
  ['/webhooks/', true],
  ['/', false],
  ['/webhooks', false],
])('the path %s is for a webhook: %s', (path, expected) => {
  expect(isWebhook(eventOf(path, BODY, {}))).toBe(expected);
});

function createReceiver(
  settings: Readonly<Record<string, WebhookSettings>>,
  environment: Readonly<Record<string, string>> = {},
  version = COMPILED_VERSION as number,
) {
  const world = createWorld();
  const objects = new Map<string, string>();
  const assets: Readonly<Record<string, unknown>> = {
    'webhooks.json': { version, webhooks: compileWebhooks(settings) },
    ...Object.fromEntries(Object.entries(VENDORS).map(([name, vendor]) => [`webhooks/${name}.mjs`, { vendor }])),
  };
  const respond = createWebhookEndpoint({
    sandbox: {
      environment: { ISR_WEBHOOK_SECRET_GHOST: SECRET, ...environment },
      clock: world.clock,
      assetJson: (name) => () => assets[name] as never,
      assetModule: async (name) => assets[name] as never,
    },
    naming: {},
    deliveries: createS3Deliveries(objectsOver(objects)),
    log: world.log,
  });
  const receive = (event: LambdaFunctionURLEvent) =>
    respond(event, async (revalidation) => {
      const result = await revalidate(revalidation, world.options, world);
      return { status: result.pages.some(({ outcome }) => outcome === 'failed') ? 502 : 200, body: result };
    });
  return { world, objects, receive };
}

function objectsOver(objects: Map<string, string>): Bucket {
  const get: Bucket['get'] = async (key) => {
    const body = objects.get(key);
    return body === undefined ? undefined : { body: Buffer.from(body), etag: '"x"', headers: {} };
  };
  return {
    get,
    getUnless: get,
    async put(key, body, write) {
      if (write?.condition !== undefined && objects.has(key)) return 'conflict';
      objects.set(key, body.toString());
      return '"x"';
    },
    remove: async () => 'removed',
  };
}

function signed(body: Buffer, { clock }: World, secret = SECRET): Record<string, string> {
  const mac = createHmac('sha256', secret).update(body).update(String(clock.now())).digest('hex');
  return { 'X-Ghost-Signature': `sha256=${mac}, t=${clock.now()}` };
}

function eventOf(rawPath: string, body: Buffer, headers: Record<string, string>): LambdaFunctionURLEvent {
  const event: Partial<LambdaFunctionURLEvent> = {
    rawPath,
    rawQueryString: '',
    headers,
    body: body.toString(),
    isBase64Encoded: false,
  };
  return event as LambdaFunctionURLEvent;
}
