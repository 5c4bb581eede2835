import { expect, test } from 'vitest';
import { pageKeysOf } from '../../lib/constructs/file-urls.ts';
import { pageKeyOf, type UrlStyle } from '../../lib/core/page/page-key.ts';

const style = (trailingSlash: UrlStyle['trailingSlash'], hasHtmlEndings = false): UrlStyle => ({
  trailingSlash,
  hasHtmlEndings,
});

test.each([
  ['a page', 'about/index.html', '/about', style('ignore'), ['/about', '/about/']],
  ['a page', 'about/index.html', '/about', style('always'), ['/about/']],
  ['a page', 'about/index.html', '/about', style('never'), ['/about']],
  [
    'a page like a file',
    'tags/node.js/index.html',
    '/tags/node.js',
    style('ignore'),
    ['/tags/node.js/', '/tags/node.js'],
  ],
  ['a page like a file', 'tags/node.js/index.html', '/tags/node.js', style('always'), ['/tags/node.js/']],
  ['a page like a file', 'tags/node.js/index.html', '/tags/node.js', style('never'), ['/tags/node.js']],
  ['a page in a file', 'about.html', '/about', style('ignore', true), ['/about', '/about/', '/about.html']],
  ['a page in a file', 'about.html', '/about', style('always', true), ['/about/', '/about.html']],
  ['the page for 404', '404.html', '/404', style('always'), ['/404/']],
  ['an endpoint', 'feed.xml', '/feed.xml', style('always'), ['/feed.xml']],
  ['a public file', '.well-known/thing', '/.well-known/thing', style('always'), ['/.well-known/thing']],
  ['a public file', 'C++ (new)?.txt', '/C++ (new)?.txt', style('ignore'), ['/C++%20(new)%3F.txt']],
] as const)('%s, %s, is served where viewers ask for it: %s', (_, file, path, urls, asked) => {
  const keys: readonly string[] = pageKeysOf({ file, path }, urls);
  for (const url of asked) {
    const found = pageKeyOf(url, [], urls);
    expect(keys, url).toContain('pageKey' in found ? found.pageKey : found.fault);
  }
});
