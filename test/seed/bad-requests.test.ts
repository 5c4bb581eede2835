import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack } from '../support/local-stack.ts';
import { callsDuring } from '../support/origin.ts';

let site: TestStack;
beforeAll(async () => {
  site = await startTestStack();
});
afterAll(() => site?.stop());

describe('a path that nobody meant', () => {
  test.each([
    ['/%', 400, 'in valid percent-encoding'],
    [`/${'a'.repeat(1024)}`, 414, 'of at most 1,024 bytes, and 960 as a key of S3'],
  ])('%s cannot be a page: it is refused at the edge, and says why', async (path, status, reason) => {
    const calls = await callsDuring(site.stack, async () => {
      const response = await site.get(path);
      expect([response.status, response.body]).toEqual([status, `the path must be one ${reason}\n`]);
    });
    expect(calls).toEqual([]);
  });

  test.each([
    '//evil.example/',
    '/a/../../etc/passwd',
    '/%2e%2e/%2e%2e/_isr/ledger.json',
    '/a%2Fb',
    '/a%5cb',
    '/a%00b',
  ])("%s is read as URLs are, and is the site's own 404", async (path) => {
    const response = await site.get(path);
    expect([response.status, response.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(response.body).toContain('Nothing is kept here');
  });

  test('what ISR keeps for itself cannot be asked for', async () => {
    await site.revalidate({ paths: ['/isr'] });
    for (const path of ['/_isr/ledger.json', '/deployments/x/_isr/ledger.json', '/_astro/../_isr/ledger.json']) {
      const response = await site.get(path);
      expect([400, 403, 404], path).toContain(response.status);
      expect(response.body).not.toContain('sequence');
    }
  });
});

describe('methods that are not allowed', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s of a page is refused and changes nothing', async (method) => {
    const calls = await callsDuring(site.stack, async () => {
      expect((await site.ask('/isr', { method, body: method === 'DELETE' ? undefined : 'x' })).status).toBe(403);
    });
    expect(calls).toEqual([]);
  });

  test('HEAD of a page is GET without a body', async () => {
    const [head, get] = [await site.ask('/isr', { method: 'HEAD' }), await site.get('/isr')];
    expect([head.status, head.body, head.headers.etag]).toEqual([200, '', get.headers.etag]);
  });

  test('the revalidate URL takes POST alone', async () => {
    const response = await fetch(site.stack.functionUrl('revalidate'));
    expect([response.status, response.headers.get('allow'), await response.json()]).toEqual([
      405,
      'POST',
      { error: 'use POST, not GET' },
    ]);
  });

  test('functions behind the distribution answer nobody else', async () => {
    expect((await fetch(site.stack.functionUrl('serve'))).status).toBe(403);
    expect((await fetch(`${site.stack.functionUrl('live')}ssr`)).status).toBe(403);
  });
});

describe('a revalidation that cannot be understood says what is wrong and changes nothing', () => {
  test.each<[string, unknown, number, string | RegExp]>([
    ['malformed JSON', '{"paths": [', 400, /^the body is not JSON: .*; send \{"paths":\["\/blog"\]\}$/],
    ['nothing named', {}, 400, 'the body must be an object that names paths, tags, prefixes or all, got {}'],
    [
      'a path that is none',
      { paths: ['/ok', '//evil'] },
      400,
      "'paths[1]' must be a path without an empty segment (//), got '//evil'",
    ],
    [
      'a path that leaves its place',
      { paths: ['/a/../b'] },
      400,
      "'paths[0]' must be a path without a . or .. segment, got '/a/../b'",
    ],
    [
      'an unknown member',
      { urls: ['/a'] },
      400,
      "'urls' must be a member that is known; use paths, tags, prefixes, all, wait",
    ],
    ['a body beyond 256 KB', { tags: ['x'.repeat(300_000)] }, 413, /^the body has 30\d+ bytes, more than 262144/],
  ])('%s', async (_name, body, status, error) => {
    const calls = await callsDuring(site.stack, async () => {
      const response = await site.revalidate(body);
      expect(response.status).toBe(status);
      expect(JSON.parse(response.body).error).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
    });
    expect(calls).toEqual([]);
  });
});
