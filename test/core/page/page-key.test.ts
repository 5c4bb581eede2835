import { describe, expect, test } from 'vitest';
import {
  fileKeyOf,
  mayShareName,
  type PageKey,
  pageKeyOf,
  pageKeyOfUri,
  pathOfPageKey,
  type QueryParameter,
  requestPathOfPageKey,
  type UrlStyle,
} from '../../../lib/core/page/page-key.ts';

const key = (path: string, parameters?: readonly QueryParameter[], style?: UrlStyle): string => {
  const result = pageKeyOf(path, parameters, style);
  return 'pageKey' in result ? result.pageKey : `fault: ${result.fault}`;
};

describe('a path becomes the key of its page', () => {
  test.each([
    ['/', '/index.html'],
    ['/isr', '/isr/index.html'],
    ['/isr/', '/isr/index.html'],
    ['/isr/index.html', '/isr/!index/index.html'],
    ['/index.html/index.html', '/index.html/!index/index.html'],
    ['/rss.xml', '/rss.xml'],
    ['/docs/node.js', '/docs/node.js'],
    ['/docs/node.js/', '/docs/node.js/!slash/index.html'],
    ['/release/v1.2', '/release/v1.2'],
    ['/caf%C3%A9', '/café/index.html'],
    ['/caf%c3%a9', '/café/index.html'],
    ['/café', '/café/index.html'],
    ['/a%20b', '/a b/index.html'],
    ['/100%25', '/100%/index.html'],
    ['/a,b', '/a,b/index.html'],
    ['/!important', '/!!important/index.html'],
    ['/!(page)(2)', '/!!(page)(2)/index.html'],
    ['/!slash', '/!!slash/index.html'],
    ['/!*a', '/!!*a/index.html'],
  ])('%s -> %s', (path, expected) => {
    expect(key(path)).toBe(expected);
  });

  test.each([
    ['/a%2Fb', '/!*a*2Fb/index.html'],
    ['/a%2fb', '/!*a*2fb/index.html'],
    ['/a%252Fb', '/a%2Fb/index.html'],
    ['/a%5Cb', '/!*a*5Cb/index.html'],
    ['/a%2Cb', '/!*a*2Cb/index.html'],
    ['/a%00', '/!*a*00/index.html'],
    ['/a%0d%0aset-cookie', '/!*a*0d*0aset-cookie/index.html'],
    ['/%7F', '/!**7F/index.html'],
    ['/a\u0000', '/!*a*00/index.html'],
    ['/%C3%BC%2F.js', '/!**C3*BC*2F.js'],
  ])('an escape that is not its character is kept, and spelt safely: %s -> %s', (path, expected) => {
    expect(key(path)).toBe(expected);
  });

  test.each([
    ['//evil', '/evil'],
    ['/a//b', '/a/b'],
    ['/a//', '/a'],
    ['/../etc/passwd', '/etc/passwd'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/b/..', '/a/'],
    ['/a//../b', '/a/b'],
    ['/%2e%2E/a', '/a'],
    ['/a\\b', '/a/b'],
  ])('as for URL parsers and Astro, %s is %s', (path, same) => {
    expect(key(path)).toBe(key(same));
  });

  test.each([
    ['blog', 'not-absolute'],
    ['', 'not-absolute'],
    ['/%', 'bad-encoding'],
    ['/%C3', 'bad-encoding'],
    ['/%ED%A0%80', 'bad-encoding'],
    ['/\ud800', 'bad-encoding'],
    [`/${'a'.repeat(1024)}`, 'too-long'],
    [`/${'%C3%A9'.repeat(171)}`, 'too-long'],
  ])('%s is refused: %s', (path, fault) => {
    expect(key(path)).toBe(`fault: ${fault}`);
  });

  test('leaves room in S3’s 1,024 bytes for the folders before it', () => {
    const longest = key(`/${'a'.repeat(940)}`);
    expect(Buffer.byteLength(`deployments/0123456789abcdef${longest}`)).toBeLessThanOrEqual(1024);
    expect(key(`/${'a'.repeat(960)}`)).toBe('fault: too-long');
  });
});

describe('paths that a site answers differently are different pages', () => {
  const styled = (path: string, trailingSlash: UrlStyle['trailingSlash'], hasHtmlEndings = false) =>
    key(path, [], { trailingSlash, hasHtmlEndings });

  test.each([
    ['always', '/.well-known/x', '/.well-known/x/'],
    ['always', '/tags/node.js', '/tags/node.js/'],
    ['never', '/_x', '/_x/'],
    ['never', '/tags/node.js', '/tags/node.js/'],
    ['ignore', '/rss.xml', '/rss.xml/'],
    ['ignore', '/a', '/a/index.html'],
  ] as const)('trailingSlash %s: %s and %s', (trailingSlash, one, other) => {
    expect(styled(one, trailingSlash)).not.toBe(styled(other, trailingSlash));
  });

  test('the canonical path of each has the key that somebody means who knows nothing of the site', () => {
    expect(styled('/a/', 'always')).toBe(key('/a'));
    expect(styled('/a', 'never')).toBe(key('/a/'));
  });

  test.each(['/about', '/about/', '/about.html', '/about/index.html'])(
    'where pages have URLs with .html, %s is one of them',
    (path) => {
      expect(styled(path, 'ignore', true)).toBe(key('/about'));
    },
  );

  test('a name that is all dots before .html stays a name', () => {
    expect(styled('/...html', 'ignore', true)).toBe('/...html');
  });
});

describe('what the site is asked for', () => {
  test.each([
    ['/', 'always', '/'],
    ['/a', 'always', '/a/'],
    ['/a/', 'never', '/a'],
    ['/rss.xml', 'always', '/rss.xml'],
    ['/tags/node.js/', 'always', '/tags/node.js/'],
    ['/a/index.html', 'ignore', '/a/index.html'],
    ["/a,b;c=d@e:f+g&h$i/it's(!)*", 'ignore', "/a,b;c=d@e:f+g&h$i/it's(!)*"],
    ['/a%2Cb%2fc', 'ignore', '/a%2Cb%2fc'],
    ['/caf%c3%a9%20x', 'ignore', '/caf%C3%A9%20x'],
  ] as const)('%s with trailingSlash %s is asked for as %s', (path, trailingSlash, asked) => {
    expect(requestPathOfPageKey(key(path) as PageKey, trailingSlash)).toBe(asked);
  });
});

test.each([
  ['/a%2Cb', '/a,b'],
  ['/a/index.html', '/a'],
  ['/tags/node.js/index.html', '/tags/node.js/'],
])('the file behind %s is that of %s', (path, file) => {
  expect(fileKeyOf(key(path) as PageKey)).toBe(key(file));
});

test.each(['/a', '/rss.xml', '/a%2Fb', '/a%5Cb', '/a%00'])('no other file is behind %s', (path) => {
  expect(fileKeyOf(key(path) as PageKey)).toBeUndefined();
});

test.each(['/tags/node.js', '/tags/node.js/', '/a,b', '/a%2Cb', '/a/index.html'])(
  '%s may have its name in common with another page, so its copies are purged in any case',
  (path) => {
    expect(mayShareName(key(path) as PageKey)).toBe(true);
  },
);

test('the spellings of a path have one name', () => {
  expect(pathOfPageKey(key('/a,b') as PageKey)).toBe(pathOfPageKey(key('/a%2cb') as PageKey));
  expect(pathOfPageKey(key('/tags/node.js') as PageKey)).toBe(pathOfPageKey(key('/tags/node.js/') as PageKey));
  expect(mayShareName(key('/blog/a') as PageKey)).toBe(false);
});

test('a file is the same with any query', () => {
  expect(fileKeyOf(key('/a', [{ name: 'page', value: '2' }]) as PageKey)).toBe(key('/a'));
});

describe('allowed query parameters are part of the key', () => {
  test('in the order of their names', () => {
    const sorted = [
      { name: 'page', value: '2' },
      { name: 'sort', value: 'new' },
    ];
    expect(key('/search', sorted)).toBe('/search/!(page)(2)(sort)(new)');
    expect(key('/search', sorted.toReversed())).toBe('/search/!(page)(2)(sort)(new)');
  });

  test('values of one name keep their order, since sites may care', () => {
    const first = { name: 'tag', value: 'a' };
    const second = { name: 'tag', value: 'b' };
    expect(key('/', [first, second])).not.toBe(key('/', [second, first]));
  });

  test('equal values are one page however they are encoded', () => {
    expect(key('/', [{ name: 'q', value: 'a+b' }])).toBe(key('/', [{ name: 'q', value: 'a%20%62' }]));
  });

  test('a path cannot be mistaken for a query', () => {
    expect(key('/search/!(page)(2)')).not.toBe(key('/search', [{ name: 'page', value: '2' }]));
  });

  test('a value that cannot be decoded is refused', () => {
    expect(key('/', [{ name: 'q', value: '%zz' }])).toBe('fault: bad-query-encoding');
  });
});

test('a URI that no page key has is refused', () => {
  for (const uri of [
    '',
    'isr',
    '/isr',
    '/isr/',
    '/a/../index.html',
    '/a%2Fb/index.html',
    '/%21%2Aa/index.html',
    '/a/%21bare',
    '/%21slash/%21slash/index.html',
    '/!(b)(1)(a)(2)',
    '/!(a',
    '/%zz',
  ]) {
    expect(pageKeyOfUri(uri), uri).toBeUndefined();
  }
  expect(pageKeyOfUri('/isr/index.html')).toBe('/isr/index.html' as PageKey);
});
