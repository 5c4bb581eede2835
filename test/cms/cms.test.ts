import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cms, startCms } from '../../examples/cms/index.ts';
import { type ContentApi, startContentApi } from '../../examples/content-api/index.ts';
import { ask } from '../support/http.ts';

const SECRET = 'a secret of the example';
const NOW = Date.UTC(2026, 10, 1);
const JSON_TYPE = { 'content-type': 'application/json' };

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let contentApi: ContentApi;
let receiver: Server;
let received: Received[];
let cms: Cms;

beforeEach(async () => {
  contentApi = await startContentApi({ port: 0 });
  received = [];
  receiver = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(200, JSON_TYPE).end('{"sequence":1}');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/cms`;
  const siteUrl = 'http://127.0.0.1:4400';
  cms = await startCms({
    port: 0,
    contentApiUrl: contentApi.url,
    siteUrl,
    webhookUrl,
    webhookSecret: SECRET,
    now: () => NOW,
  });
});

afterEach(async () => {
  await cms.close();
  receiver.close();
  await contentApi.close();
});

const publish = (slug: string) => ask(cms.url, `/posts/${slug}/publish`, { method: 'POST', headers: JSON_TYPE });

test('signs what it sends, and the time with it', async () => {
  await publish('purge-less');
  const [{ headers, body }] = received as [Received];
  expect(JSON.parse(body)).toEqual({ event: 'update', type: 'post', id: 'purge-less', slug: 'purge-less' });
  expect(headers['x-timestamp']).toBe(String(NOW));
  expect(headers['x-signature']).toBe(createHmac('sha256', SECRET).update(`${NOW}.${body}`).digest('hex'));
});

test('tells what it sent and what came back, but not the secret', async () => {
  const response = await publish('purge-less');
  expect(JSON.parse(response.body)).toMatchObject({ status: 200, response: { sequence: 1 }, body: received[0]?.body });
  expect(response.body).not.toContain(SECRET);
});

test('saves without telling anybody', async () => {
  const response = await ask(cms.url, '/posts/purge-less', {
    method: 'PUT',
    headers: JSON_TYPE,
    body: '{"title":"Purge more"}',
  });
  expect([response.status, JSON.parse(response.body).title]).toEqual([200, 'Purge more']);
  expect(received).toEqual([]);
});

test('says so when nobody takes the message', async () => {
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  const response = await publish('purge-less');
  expect([response.status, JSON.parse(response.body).error]).toEqual([502, expect.stringContaining('ECONNREFUSED')]);
});

describe('refuses', () => {
  test.each([
    ['a form of another site', 'POST', '/posts/purge-less/publish', { 'content-type': 'text/plain' }, 415],
    ['another name for this machine', 'GET', '/posts', { host: 'rebound.example' }, 421],
    ['a post that is not there', 'GET', '/posts/never-written', {}, 404],
    ['changes of a post that is not there', 'PUT', '/posts/never-written', JSON_TYPE, 404],
    ['a path that is not there', 'GET', '/../package.json', {}, 404],
    ['to delete', 'DELETE', '/posts/purge-less', JSON_TYPE, 405],
  ])('%s', async (_what, method, path, headers, status) => {
    const body = method === 'PUT' ? '{}' : undefined;
    const response = await ask(cms.url, path, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
  });
});
