import { describe, expect, test } from 'vitest';
import {
  type AstroUrls,
  canonicalRequestOf,
  type MatchedRoute,
  pageNameOf,
} from '../../lib/adapter/canonical-request.ts';

const PAGE: MatchedRoute = { type: 'page', isIndex: false, route: '/[...path]' };

/** The path that a page is rendered with which was asked for by `path`. */
function rendered(path: string, urls: Partial<AstroUrls>, route: MatchedRoute = PAGE): string {
  const request = new Request(`https://example.com${path}?page=2`, { headers: { accept: '*/*' } });
  const all: AstroUrls = { base: '/', trailingSlash: 'ignore', format: 'directory', ...urls };
  const canonical = canonicalRequestOf(request, all, () => route);
  const url = new URL(canonical.request.url);
  expect([url.search, canonical.request.headers.get('accept')]).toEqual(['?page=2', '*/*']);
  return url.pathname;
}

// What Astro 7.3 renders a prerendered page with: `getUrlForPath` of core/build/generate.ts.
describe('a page is rendered with the path that the build gives it', () => {
  test.each([
    ['directory', 'ignore', '/about', '/about/'],
    ['directory', 'ignore', '/about/', '/about/'],
    ['directory', 'ignore', '/tags/node.js', '/tags/node.js/'],
    ['directory', 'ignore', '/products/1.html', '/products/1/'],
    ['directory', 'never', '/guides/example/index.html', '/guides/example/index'],
    ['directory', 'ignore', '/rel/a.html/', '/rel/a.html/'],
    ['directory', 'always', '/about/', '/about/'],
    ['file', 'ignore', '/rel/a.html/', '/rel/a.html/'],
    ['directory', 'never', '/about', '/about'],
    ['directory', 'never', '/', '/'],
    ['file', 'ignore', '/about', '/about.html'],
    ['file', 'ignore', '/about/', '/about.html'],
    ['file', 'ignore', '/about.html', '/about.html'],
    ['file', 'always', '/about/', '/about.html'],
    ['file', 'never', '/tags/node.js', '/tags/node.js.html'],
    ['file', 'never', '/', '/index.html'],
    ['file', 'never', '/tags/index', '/tags/index'],
    ['preserve', 'ignore', '/about', '/about.html'],
  ] as const)('format %s, trailingSlash %s: %s is %s', (format, trailingSlash, path, expected) => {
    expect(rendered(path, { format, trailingSlash })).toBe(expected);
  });

  test.each([
    ['ignore', '/docs', '/docs/'],
    ['never', '/docs', '/docs'],
    ['always', '/docs/', '/docs/'],
  ] as const)('of a site below a base, trailingSlash %s: %s is %s', (trailingSlash, path, expected) => {
    expect(rendered(path, { base: '/docs', trailingSlash })).toBe(expected);
  });

  test('a route that writes .html itself keeps it', () => {
    expect(rendered('/old/1.html', {}, { type: 'page', isIndex: false, route: '/old/[id].html' })).toBe('/old/1.html/');
  });

  test.each([
    ['ignore', '/rest/plain/index.html', '/rest/plain/'],
    ['ignore', '/rest/index.html', '/rest/'],
    ['ignore', '/rest/plain.html', '/rest/plain/'],
    ['never', '/rest/plain/index.html', '/rest/plain/index'],
  ] as const)('of a rest parameter, trailingSlash %s: %s is %s', (trailingSlash, path, expected) => {
    expect(rendered(path, { trailingSlash }, { ...PAGE, route: '/rest/[...path]' })).toBe(expected);
  });

  test('of a folder with format preserve, an index is the folder', () => {
    expect(rendered('/nest', { format: 'preserve' }, { type: 'page', isIndex: true, route: '/nest' })).toBe('/nest/');
  });
});

test.each(['/api/thing', '/feed.json', '/api/thing/'])(
  'an endpoint keeps the path by which it was asked: %s',
  (path) => {
    expect(rendered(path, {}, { type: 'endpoint', isIndex: false, route: '/[...path]' })).toBe(path);
  },
);

test('a page that has no route under the URL that the build gives it is found by its other one', () => {
  const asked: string[] = [];
  const match = (request: Request) => {
    asked.push(new URL(request.url).pathname);
    return asked.length === 2 ? PAGE : undefined;
  };
  const urls: AstroUrls = { base: '/', trailingSlash: 'ignore', format: 'preserve' };
  const { request, routeData } = canonicalRequestOf(new Request('https://example.com/about.html'), urls, match);
  expect({ asked, url: request.url, routeData }).toEqual({
    asked: ['/about.html', '/about'],
    url: 'https://example.com/about.html',
    routeData: PAGE,
  });
});

test('what has no route is asked for as it is', () => {
  const request = new Request('https://example.com/nowhere');
  const urls: AstroUrls = { base: '/', trailingSlash: 'ignore', format: 'directory' };
  expect(canonicalRequestOf(request, urls, () => undefined)).toEqual({ request });
});

test.each([
  ['directory', '/about.html', '/about.html'],
  ['file', '/about.html', '/about'],
  ['file', '/about.html?page=2', '/about?page=2'],
  ['file', '/about', '/about'],
  ['file', '/index.html', '/'],
  ['preserve', '/nest/index.html', '/nest'],
] as const)('a revalidation by the URL that a page sees names the page: %s, %s is %s', (format, path, name) => {
  expect(pageNameOf(path, { base: '/', trailingSlash: 'ignore', format })).toBe(name);
});
