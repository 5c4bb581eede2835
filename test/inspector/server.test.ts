import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Inspector, startInspector } from '../../lib/inspector/server.ts';
import { ask } from '../support/http.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';

let site: TestStack;
let inspector: Inspector;

beforeAll(async () => {
  site = await startTestStack();
  inspector = await startInspector({ stack: site.stack, port: 0 });
});

afterAll(async () => {
  await inspector?.stop();
  await site?.stop();
});

const state = async () => JSON.parse((await ask(inspector.url, '/state')).body);
const move = (body: string, headers = {}) =>
  ask(inspector.url, '/clock', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

describe('the state', () => {
  test('tells of each stored page whether it is fresh, expired or prerendered', async () => {
    await site.get('/blog');
    const { pages } = await state();
    expect(pages).toContainEqual(expect.objectContaining({ path: '/about', state: 'prerendered', expiresAt: null }));
    expect(pages).toContainEqual(expect.objectContaining({ path: '/blog', state: 'fresh', status: 200 }));
    site.clock.advance(25 * 3_600_000);
    const later = await state();
    expect(later.pages).toContainEqual(expect.objectContaining({ path: '/blog', state: 'expired' }));
  });

  test('tells the status of a page that was prerendered with status 404', async () => {
    const { pages } = await state();
    expect(pages).toContainEqual(expect.objectContaining({ path: '/404', state: 'prerendered', status: 404 }));
  });

  test('tells what the edge holds, the queues and the functions', async () => {
    const { edge, queues, functions } = await state();
    expect(edge).toContainEqual(expect.objectContaining({ uri: expect.stringContaining('/blog'), status: 200 }));
    expect(queues).toContainEqual({ name: expect.stringContaining('Jobs'), waiting: 0, inFlight: 0 });
    expect(functions).toContainEqual(expect.objectContaining({ id: 'Serve', coldStarts: 1 }));
  });
});

describe('the clock', () => {
  test('moves forward', async () => {
    const before = site.clock.now();
    expect((await move('{"milliseconds":60000}')).status).toBe(200);
    expect(site.clock.now() - before).toBe(60_000);
  });

  test.each([['{"milliseconds":-1}'], ['{"milliseconds":"60"}'], ['null'], ['{'], ['']])(
    'does not take %j',
    async (body) => {
      const before = site.clock.now();
      expect((await move(body)).status).toBe(400);
      expect(site.clock.now()).toBe(before);
    },
  );

  test('is not moved by a form of another site', async () => {
    const response = await move('{"milliseconds":60000}', { 'content-type': 'text/plain' });
    expect(response.status).toBe(415);
  });
});

test('a name that merely resolves to this machine is refused', async () => {
  expect((await ask(inspector.url, '/state', { headers: { host: 'evil.example' } })).status).toBe(421);
});

test('events arrive as they happen, after those that happened before', async () => {
  const leaving = new AbortController();
  const response = await fetch(`${inspector.url}/events`, { signal: leaving.signal });
  await site.get('/robots.txt?seen-live');
  let received = '';
  const stream = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
  for await (const part of stream) {
    received += part;
    if (received.includes('seen-live')) break;
  }
  leaving.abort();
  expect(received).toMatch(/"path":"\/blog"[\s\S]*"path":"\/robots.txt\?seen-live"/);
});

test('the page is one file and its style and scripts, from this machine alone', async () => {
  const page = await ask(inspector.url, '/');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const parts = [...page.body.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
  for (const path of [...parts, '/feed.js']) {
    const part = await ask(inspector.url, path);
    expect(part.status).toBe(200);
    expect(part.body).not.toMatch(/https?:\/\//);
  }
  expect((await ask(inspector.url, '/../server.ts')).status).toBe(404);
});
