import { describe, expect, test } from 'vitest';
import { pageKeyOfUrlPath, parseRevalidation } from '../../lib/core/revalidation-request.ts';
import { keyOf } from '../fakes/world.ts';

const faultsOf = (body: unknown): string => {
  try {
    parseRevalidation(body, []);
    return 'no fault';
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
};

test('reads paths, tags, prefixes and all, each once', () => {
  const body = {
    paths: ['/blog/a', '/blog/a/', '/café'],
    tags: ['x', 'x', 'ünï,code'],
    prefixes: ['/blog/', '/caf\u00e9/', '/'],
    all: true,
  };
  expect(parseRevalidation(body, [])).toEqual({
    pages: [keyOf('/blog/a'), keyOf('/caf%C3%A9')],
    tags: ['x', 'ünï,code'],
    prefixes: ['/blog/', '/caf%C3%A9/', '/'],
    all: true,
  });
});

describe('a path may carry a query', () => {
  test('of which the allowed parameters name the page', () => {
    expect(pageKeyOfUrlPath('/search?utm=x&page=2', ['page'])).toEqual({ key: '/search/!(page)(2)' });
    expect(pageKeyOfUrlPath('/search?page=2', [])).toEqual({ key: '/search/index.html' });
  });
});

describe('what cannot be understood is refused, each fault with its place and value', () => {
  test.each<[unknown, string]>([
    [undefined, 'the body must be a JSON object such as {"paths":["/blog"]}, got undefined'],
    [['/blog'], 'the body must be a JSON object such as {"paths":["/blog"]}, got ["/blog"]'],
    [{}, 'nothing is named; give paths, tags, prefixes or all'],
    [{ paths: '/blog' }, 'paths must be an array of strings, got "/blog"'],
    [
      { paths: ['/a', 7, ''] },
      'paths[1] must be a string that is not empty, got 7; paths[2] must be a string that is not empty, got ""',
    ],
    [
      { paths: ['//evil', 'blog'] },
      'paths[0] "//evil" has an empty segment (//); paths[1] "blog" must begin with a slash',
    ],
    [
      { paths: ['/a/../b', '/a%2Fb', '/\u0000'] },
      'paths[0] "/a/../b" has a . or .. segment; paths[1] "/a%2Fb" has an encoded slash or a backslash; paths[2] "/\\u0000" has a control character',
    ],
    [
      { prefixes: ['/blog', '//'] },
      'prefixes[0] "/blog" must end with a slash; prefixes[1] "//" has an empty segment (//)',
    ],
    [{ all: 'yes' }, 'all must be true, got "yes"'],
    [{ path: '/blog', all: true }, "'path' is not known; use paths, tags, prefixes or all"],
    [
      { tags: Array.from({ length: 1001 }, (_, i) => `t${i}`) },
      '1001 items are more than 1000; send several requests, or a tag or prefix',
    ],
  ])('%j', (body, message) => {
    expect(faultsOf(body)).toBe(message);
  });
});
