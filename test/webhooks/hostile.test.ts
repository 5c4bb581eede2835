import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { WebhookSettings } from '../../lib/webhooks/settings/read-webhooks.ts';
import type { WebhookRequest } from '../../lib/webhooks/vendor.ts';
import { createReceiver } from './receiver.ts';
import { NOW, SECRET } from './samples.ts';

const UNAUTHORIZED = { status: 401, body: { error: 'unauthorized' } };
const NATURAL_NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

function requestOf(body: string | Buffer, headers: Readonly<Record<string, string>>): WebhookRequest {
  return { path: '/webhooks/x', query: '', headers, body: Buffer.from(body) };
}

const hex = (body: string | Buffer): string => createHmac('sha256', SECRET).update(body).digest('hex');
const signed = (body: string): WebhookRequest => requestOf(body, { 'x-signature': hex(body) });

describe('names that every object has by nature', () => {
  test.each(NATURAL_NAMES)('a list of signed headers with %s is a 401, not an exception', async (name) => {
    const headers = {
      'x-contentful-signature': 'f'.repeat(64),
      'x-contentful-signed-headers': `x-contentful-timestamp,${name}`,
      'x-contentful-timestamp': String(NOW),
    };
    expect(await createReceiver({ contentful: {} }).post('contentful', requestOf('{}', headers))).toEqual(UNAUTHORIZED);
  });

  test.each(NATURAL_NAMES)('a pair of a signature named %s is a 401', async (name) => {
    const request = requestOf('{}', { 'x-ghost-signature': `${name}=1, t=${NOW}`, 'gcms-signature': `${name}=1` });
    for (const vendor of ['ghost', 'hygraph'] as const) {
      expect(await createReceiver({ [vendor]: {} }).post(vendor, request)).toEqual(UNAUTHORIZED);
    }
  });

  test.each<[string, WebhookSettings, (name: string) => WebhookRequest]>([
    ['storyblok', {}, (name) => storyblok(JSON.stringify({ action: `story.${name}`, story_id: 7 }))],
    ['wordpress', {}, (name) => woocommerce(name)],
    [
      'directus',
      {},
      (name) =>
        requestOf(JSON.stringify({ event: `a.items.update`, collection: 'post', key: 7, payload: { status: name } }), {
          authorization: `Bearer ${SECRET}`,
        }),
    ],
  ])('an event of %s with such a name is an event that nobody knows', async (vendor, settings, request) => {
    for (const name of NATURAL_NAMES) {
      const rules = [{ when: { event: [name, 'update'] }, tags: ['{event}'] }];
      const receiver = createReceiver({ [vendor]: { ...settings, rules } });
      expect((await receiver.post(vendor, request(name))).status).toBe(200);
      expect(receiver.revalidations.map(({ tags }) => tags)).toEqual([[vendor === 'directus' ? 'update' : name]]);
    }
  });

  test.each(NATURAL_NAMES)('a webhook named %s is not found', async (name) => {
    expect((await createReceiver({ ghost: {} }).post(name, requestOf('{}', {}))).status).toBe(404);
  });

  function storyblok(body: string): WebhookRequest {
    return requestOf(body, { 'webhook-signature': createHmac('sha1', SECRET).update(body).digest('hex') });
  }

  function woocommerce(event: string): WebhookRequest {
    const body = JSON.stringify({ id: 7, slug: 'x' });
    const signature = createHmac('sha256', SECRET).update(body).digest('base64');
    return requestOf(body, {
      'x-wc-webhook-signature': signature,
      'x-wc-webhook-topic': `post.${event}`,
      'x-wc-webhook-event': event,
    });
  }
});

describe('JSON that is nested 30,000 deep is a 400', () => {
  const nested = (inner: string): string => `${'['.repeat(30_000)}${inner}${']'.repeat(30_000)}`;

  test.each([
    ['as the body', nested('')],
    ['in a field of the change', `{"type":"post","id":${nested('7')}}`],
    ['in objects', `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`],
  ])('%s', async (_where, body) => {
    expect(await createReceiver({ generic: {} }).post('generic', signed(body))).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/^the body must be JSON that is nested at most 500 deep/) },
    });
  });

  test('and with a secret in it, a 401', async () => {
    const body = `{"secret":${nested('"x"')}}`;
    expect(await createReceiver({ prismic: {} }).post('prismic', requestOf(body, {}))).toEqual(UNAUTHORIZED);
  });

  test('brackets in texts do not count', async () => {
    const body = JSON.stringify({ type: 'post', id: '7', title: `${'['.repeat(1000)}\\"${'{'.repeat(1000)}` });
    expect((await createReceiver({ generic: {} }).post('generic', signed(body))).status).toBe(200);
  });
});

describe('a body over 256 KB', () => {
  test('is taken, up to the 6 MB that Lambda takes', async () => {
    const receiver = createReceiver({ generic: {} });
    const body = JSON.stringify({ type: 'post', id: '7', text: 'x'.repeat(6 * 1024 * 1024 - 100) });
    expect((await receiver.post('generic', signed(body))).status).toBe(200);
    expect(receiver.revalidations.map(({ tags }) => tags)).toEqual([['post', 'post:7']]);
  });
});

describe("Strapi's publish event whose entry is the text null", () => {
  const body = '{"event":"entry.publish","createdAt":"2026-03-01T12:00:00.000Z","model":"article","entry":"null"}';
  const request = requestOf(body, { authorization: `Bearer ${SECRET}` });

  test.each<[string, WebhookSettings]>([
    ['the default rules', {}],
    ['a rule with a path', { rules: [{ when: { type: 'article' }, paths: ['/blog/{slug}'] }] }],
  ])('revalidates all pages under %s, since any entry may be meant', async (_rules, settings) => {
    const receiver = createReceiver({ strapi: settings });
    expect((await receiver.post('strapi', request)).status).toBe(200);
    expect(receiver.revalidations.map(({ all }) => all)).toEqual([true]);
    expect(receiver.logLines.map(({ message }) => message)).toEqual([
      'the payload does not say which entry changed: everything is revalidated',
    ]);
  });

  test('revalidates what can be made of it where that is all', async () => {
    const receiver = createReceiver({ strapi: { rules: [{ tags: ['{type}'] }] } });
    await receiver.post('strapi', request);
    expect(receiver.revalidations).toEqual([{ pages: [], tags: ['article'], prefixes: [], all: false }]);
  });

  test('is ignored where no rule is for it', async () => {
    const receiver = createReceiver({ strapi: { rules: [{ when: { type: 'page' }, paths: ['/{slug}'] }] } });
    expect((await receiver.post('strapi', request)).body).toMatchObject({ ignored: true });
  });
});
