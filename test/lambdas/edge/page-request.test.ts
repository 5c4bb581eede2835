import { beforeAll, describe, expect, test } from 'vitest';
import type { EdgeRequest, EdgeResponse } from '../../../lambdas/edge/event.ts';
import type { EdgeConfig } from '../../../lib/handover/edge-config.ts';
import { refusedSyntax } from '../../../lib/local/cloudfront/functions/syntax.ts';
import { bundleEdgeFunction } from '../../../scripts/build.ts';
import { type EdgeFunction, loadEdgeFunction, requestEvent, sha256, type ViewerRequest } from './run-edge-function.ts';

const TOKEN = 'a-token-of-thirty-two-characters';
const OLD_TOKEN = 'the-token-before-it-was-rotated!';
const CONFIG: EdgeConfig = {
  prefix: '/deployments/0123456789abcdef',
  trailingSlash: 'ignore',
  hasHtmlEndings: false,
  allowQuery: ['page', 'sort by'],
  tokenHashes: [sha256(TOKEN), sha256(OLD_TOKEN)],
};

let handler: EdgeFunction;
beforeAll(async () => {
  handler = await loadEdgeFunction('page-request', CONFIG);
});

function forwarded(uri: string, options: ViewerRequest = {}): EdgeRequest {
  const result = handler(requestEvent(uri, options));
  if (!('uri' in result)) throw new Error(`answered ${result.statusCode}: ${result.body?.data}`);
  return result;
}

function answered(uri: string, options: ViewerRequest = {}, run = handler): EdgeResponse {
  const result = run(requestEvent(uri, options));
  if ('uri' in result) throw new Error(`forwarded to ${result.uri}`);
  return result;
}

describe('the page that is asked for', () => {
  test.each([
    ['/', '/index.html'],
    ['/blog/a', '/blog/a/index.html'],
    ['/blog/a/', '/blog/a/index.html'],
    ['/blog/a/index.html', '/blog/a/%21index/index.html'],
    ['/rss.xml', '/rss.xml'],
    ['//blog/a', '/blog/a/index.html'],
    ['/blog//a', '/blog/a/index.html'],
    ['/x/../blog/a', '/blog/a/index.html'],
    ['/blog\\a', '/blog/a/index.html'],
    ['/blog/a%2Fb', '/blog/%21%2Aa%2A2Fb/index.html'],
    ['/caf%c3%a9', '/caf%C3%A9/index.html'],
  ])('%s is asked for as %s of the deployment', (uri, key) => {
    expect(forwarded(uri).uri).toBe(`/deployments/0123456789abcdef${key}`);
  });

  test('has no query and no cookies left', () => {
    const request = forwarded('/a', { query: { page: { value: '2' } }, cookies: { session: 'secret' } });
    expect(request.querystring).toEqual({});
    expect(request.cookies).toEqual({});
  });

  test('does not depend on query parameters that are not allowed', () => {
    expect(forwarded('/a', { query: { utm_source: { value: 'mail' } } }).uri).toBe(forwarded('/a').uri);
  });

  test('depends on allowed query parameters, whatever their order and encoding', () => {
    const one = forwarded('/a', { query: { page: { value: '2' }, 'sort%20by': { value: 'x' } } }).uri;
    const other = forwarded('/a', { query: { 'sort+by': { value: '%78' }, page: { value: '2' } } }).uri;
    expect(one).toBe(other);
    expect(one).not.toBe(forwarded('/a', { query: { page: { value: '3' } } }).uri);
  });

  test('depends on every value of a parameter that is given twice', () => {
    const query = { page: { value: '2', multiValue: [{ value: '1' }, { value: '2' }] } };
    expect(forwarded('/a', { query }).uri).not.toBe(forwarded('/a', { query: { page: { value: '2' } } }).uri);
  });
});

describe('what is wrong with a path is said', () => {
  test.each([
    ['/%zz', 400, /percent-encoding/],
    ['/a/%C3', 400, /percent-encoding/],
    [`/${'a'.repeat(2000)}`, 414, /at most 1,024 bytes/],
  ])('%s', (uri, status, reason) => {
    const response = answered(uri);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']?.value).toBe('text/plain; charset=utf-8');
    expect(response.body?.data).toMatch(reason);
  });

  test.each([
    ['%ff', 400, 'the query must be one in valid percent-encoding\n'],
    ['x'.repeat(1000), 414, 'the query must be one of at most 960 bytes together with the path\n'],
  ])('and it is the query when an allowed parameter is wrong: %s', (value, status, reason) => {
    const answer = answered('/a', { query: { page: { value } } });
    expect([answer.statusCode, answer.body?.data]).toEqual([status, reason]);
  });
});

test.each(['POST', 'PUT', 'OPTIONS', 'DELETE'])(
  '%s of a page is not allowed, and which methods are is said',
  (method) => {
    const response = answered('/a', { method });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow?.value).toBe('GET, HEAD');
  },
);

test('HEAD asks for the same page as GET', () => {
  expect(forwarded('/a', { method: 'HEAD' }).uri).toBe(forwarded('/a').uri);
});

describe('trailing slashes', () => {
  test.each([
    ['always', '/a', '/a/'],
    ['always', '/a/b.c%20d', '/a/b.c%20d/'],
    ['always', '/a//', '/a/'],
    ['always', '/x/../a', '/a/'],
    ['never', '/a/', '/a'],
    ['never', '/a//', '/a'],
    ['ignore', '/new//', '/new/'],
    ['ignore', '//', '/'],
    ['never', '/rss.xml/', '/rss.xml'],
  ] as const)('%s: %s is redirected to %s', async (trailingSlash, uri, location) => {
    const run = await loadEdgeFunction('page-request', { ...CONFIG, trailingSlash });
    const response = answered(uri, {}, run);
    expect(response.statusCode).toBe(301);
    expect(response.headers.location?.value).toBe(location);
    expect(answered(uri, { method: 'HEAD' }, run).statusCode).toBe(308);
  });

  test.each([
    ['always', '/'],
    ['always', '/a/'],
    ['always', '/rss.xml'],
    ['always', '/a/b.1'],
    ['always', '/tags/node.js/'],
    ['always', '/_image'],
    ['always', '//a'],
    ['never', '/'],
    ['never', '/a'],
    ['ignore', '/a'],
    ['ignore', '/a/'],
    ['ignore', '/_x//'],
  ] as const)('%s: %s is answered as it is', async (trailingSlash, uri) => {
    const run = await loadEdgeFunction('page-request', { ...CONFIG, trailingSlash });
    expect(run(requestEvent(uri))).toHaveProperty('uri');
  });

  test('a redirect keeps the whole query, also parameters that no page depends on', async () => {
    const run = await loadEdgeFunction('page-request', { ...CONFIG, trailingSlash: 'always' });
    const query = {
      utm: { value: 'a%20b' },
      page: { value: '2', multiValue: [{ value: '1' }, { value: '2' }] },
      flag: { value: '' },
    };
    expect(answered('/a', { query }, run).headers.location?.value).toBe('/a/?utm=a%20b&page=1&page=2&flag');
  });

  test.each([
    '//evil.example//',
    '/\\evil.example//',
    '/x/..//evil.example//',
    '/%2e//evil.example',
    '/\t/evil.example/a',
    '/\r\n/evil.example/a/',
  ])('a redirect never leaves the site: %s', async (uri) => {
    for (const trailingSlash of ['always', 'never', 'ignore'] as const) {
      const run = await loadEdgeFunction('page-request', { ...CONFIG, trailingSlash });
      const result = run(requestEvent(uri));
      if ('statusCode' in result) expect(result.headers.location?.value).toMatch(/^\/(?!\/)[!-~]*$/);
      else expect(result.uri).toContain('/deployments/');
    }
  });
});

describe('tokens', () => {
  test.each([TOKEN, OLD_TOKEN])('a valid x-prerender-revalidate reaches the origin: %s', (token) => {
    const { headers } = forwarded('/a', { headers: { 'x-prerender-revalidate': token } });
    expect(headers['x-prerender-revalidate']?.value).toBe(token);
  });

  test.each(['', 'wrong', sha256(TOKEN), `${TOKEN} `])(
    'an unknown one does not, so it cannot fill the edge: %j',
    (token) => {
      const { headers } = forwarded('/a', { headers: { 'x-prerender-revalidate': token } });
      expect(headers).not.toHaveProperty('x-prerender-revalidate');
    },
  );

  test('a valid draft cookie becomes a header', () => {
    const request = forwarded('/a', { cookies: { __prerender_bypass: TOKEN } });
    expect(request.headers['x-isr-draft']?.value).toBe(TOKEN);
    expect(request.cookies).toEqual({});
  });

  test('an unknown draft cookie is dropped', () => {
    expect(forwarded('/a', { cookies: { __prerender_bypass: 'wrong' } }).headers).not.toHaveProperty('x-isr-draft');
  });

  test('without configured tokens, nothing is a token', async () => {
    const run = await loadEdgeFunction('page-request', { ...CONFIG, tokenHashes: [] });
    const event = requestEvent('/a', {
      headers: { 'x-prerender-revalidate': '' },
      cookies: { __prerender_bypass: '' },
    });
    expect(Object.keys((run(event) as EdgeRequest).headers)).toEqual(['host', 'x-forwarded-host']);
  });
});

test('a viewer cannot send what only the edge says', () => {
  const headers = {
    'x-isr-draft': 'wrong',
    'x-isr-anything': 'x',
    'x-forwarded-host': 'evil.example',
    accept: 'text/html',
  };
  const request = forwarded('/a', { headers });
  expect(Object.fromEntries(Object.entries(request.headers).map(([name, { value }]) => [name, value]))).toEqual({
    host: 'example.com',
    accept: 'text/html',
    'x-forwarded-host': 'd111111abcdef8.cloudfront.net',
  });
});

test('has the place for the configuration once, and room for it within 10 KB', async () => {
  const code = await bundleEdgeFunction('page-request');
  expect(code.split('"__ISR_EDGE_CONFIG__"')).toHaveLength(2);
  expect(Buffer.byteLength(code)).toBeLessThan(6 * 1024);
});

test.each(['page-request', 'live-request', 'live-response', 'page-response'])(
  '%s is a script with a function named handler, in the language of cloudfront-js-2.0',
  async (name) => {
    const code = await bundleEdgeFunction(name);
    expect(code).toMatch(/function handler\(event\)/);
    expect(code).not.toMatch(/\b(import|export)\b/);
    expect(refusedSyntax(code)).toEqual([]);
  },
);
