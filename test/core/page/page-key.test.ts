import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PageKey,
  pageKeyOf,
  pageKeyOfUri,
  pathOfPageKey,
  type QueryParameter,
  queryOfPageKey,
  uriOfPageKey,
} from '../../../lib/core/page/page-key.ts';

const key = (path: string, parameters?: readonly QueryParameter[]): string => {
  const result = pageKeyOf(path, parameters);
  return 'pageKey' in result ? result.pageKey : `fault: ${result.fault}`;
};

describe('a path becomes the key of its page', () => {
  test.each([
    ['/', '/index.html'],
    ['/isr', '/isr/index.html'],
    ['/isr/', '/isr/index.html'],
    ['/isr/index.html', '/isr/index.html'],
    ['/index.html/index.html', '/index.html'],
    ['/rss.xml', '/rss.xml'],
    ['/docs/node.js', '/docs/node.js'],
    ['/release/v1.2', '/release/v1.2/index.html'],
    ['/caf%C3%A9', '/café/index.html'],
    ['/café', '/café/index.html'],
    ['/a%20b', '/a b/index.html'],
    ['/100%25', '/100%/index.html'],
    ['/!important', '/!!important/index.html'],
    ['/!(page)(2)', '/!!(page)(2)/index.html'],
  ])('%s -> %s', (path, expected) => {
    expect(key(path)).toBe(expected);
  });

  test.each([
    ['blog', 'not-absolute'],
    ['', 'not-absolute'],
    ['//evil', 'empty-segment'],
    ['/a//b', 'empty-segment'],
    ['/a//', 'empty-segment'],
    ['/../etc/passwd', 'dot-segment'],
    ['/a/./b', 'dot-segment'],
    ['/%2e%2E/a', 'dot-segment'],
    ['/a%2Fb', 'encoded-slash'],
    ['/a%2fb', 'encoded-slash'],
    ['/a%5Cb', 'encoded-slash'],
    ['/a\\b', 'encoded-slash'],
    ['/%00', 'control-character'],
    ['/a%0d%0aset-cookie', 'control-character'],
    ['/%7F', 'control-character'],
    ['/%', 'bad-encoding'],
    ['/%C3', 'bad-encoding'],
    ['/%ED%A0%80', 'bad-encoding'],
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

const segment = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('index.html', '!', '!(a)(b)', 'a.b', '%41', '*2A'),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: paths have none.
  .filter((text) => text !== '.' && text !== '..' && !/[/\\\x00-\x1f\x7f]/.test(text) && text.isWellFormed());
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.map(encodeURIComponent).join('/')}`);
const parameter = fc.record({
  name: fc.string({ minLength: 1, maxLength: 5 }),
  value: fc.string({ unit: 'grapheme', maxLength: 8 }),
});
const query = fc.array(parameter, { maxLength: 3 }).map((parameters) =>
  parameters.map(({ name, value }) => ({
    name: encodeURIComponent(name),
    value: encodeURIComponent(value.toWellFormed()),
  })),
);

const canonicalPath = (raw: string): string => {
  const segments = raw
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  while (segments.at(-1) === 'index.html') segments.pop();
  return `/${segments.join('/')}`;
};
const canonicalQuery = (parameters: readonly QueryParameter[]): string =>
  JSON.stringify(
    parameters
      .map(({ name, value }) => [decodeURIComponent(name), decodeURIComponent(value)] as const)
      .sort(([a], [b]) => (encodeURIComponent(a) < encodeURIComponent(b) ? -1 : a === b ? 0 : 1)),
  );

describe('for every path and query', () => {
  test('the key gives path and query back', () => {
    fc.assert(
      fc.property(path, query, (raw, parameters) => {
        const result = pageKeyOf(raw, parameters);
        fc.pre('pageKey' in result);
        const back = new URLSearchParams(queryOfPageKey(result.pageKey));
        expect(decodeURIComponent(pathOfPageKey(result.pageKey))).toBe(canonicalPath(raw));
        expect(new Map(back)).toEqual(
          new Map(parameters.map(({ name, value }) => [decodeURIComponent(name), decodeURIComponent(value)])),
        );
      }),
    );
  });

  test('two pages have one key only if path and query are the same', () => {
    fc.assert(
      fc.property(path, query, path, query, (pathA, queryA, pathB, queryB) => {
        const a = key(pathA, queryA);
        const b = key(pathB, queryB);
        fc.pre(!a.startsWith('fault') && !b.startsWith('fault'));
        const isSamePage =
          canonicalPath(pathA) === canonicalPath(pathB) && canonicalQuery(queryA) === canonicalQuery(queryB);
        expect(a === b).toBe(isSamePage);
      }),
      { numRuns: 2000 },
    );
  });

  test('the key survives CloudFront: its URI is plain ASCII and stands for it alone', () => {
    fc.assert(
      fc.property(path, query, (raw, parameters) => {
        const result = pageKeyOf(raw, parameters);
        fc.pre('pageKey' in result);
        const uri = uriOfPageKey(result.pageKey);
        expect(uri).toMatch(/^[A-Za-z0-9\-._~%/]+$/);
        expect(pageKeyOfUri(uri)).toBe(result.pageKey);
      }),
    );
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
    '/!(b)(1)(a)(2)',
    '/!(a',
    '/%zz',
  ]) {
    expect(pageKeyOfUri(uri), uri).toBeUndefined();
  }
  expect(pageKeyOfUri('/isr/index.html')).toBe('/isr/index.html' as PageKey);
});
