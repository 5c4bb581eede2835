import { describe, expect, test } from 'vitest';
import { IsrError } from '../../lib/basics/errors.ts';
import { pageKeyOfUrlPath, parseRevalidation } from '../../lib/core/revalidation-request.ts';
import { keyOf } from '../fakes/world.ts';

const errorOf = (body: unknown): IsrError => {
  try {
    parseRevalidation(body, {});
  } catch (error) {
    if (error instanceof IsrError && error.code === 'INVALID_REQUEST') return error;
    throw error;
  }
  throw new Error('the body was accepted');
};

const faultsOf = (body: unknown): string => errorOf(body).message;

test('reads paths, tags, prefixes and all, each once', () => {
  const body = {
    paths: ['/blog/a', '/blog/a/', '/café'],
    tags: ['x', 'x', 'ünï,code'],
    prefixes: ['/blog/', '/caf\u00e9/', '/'],
    all: true,
  };
  expect(parseRevalidation(body, {})).toEqual({
    pages: [keyOf('/blog/a'), keyOf('/caf%C3%A9')],
    tags: ['x', 'ünï,code'],
    prefixes: ['/blog/', '/caf%C3%A9/', '/'],
    all: true,
  });
});

test('a path may have an escape that is not its character', () => {
  expect(parseRevalidation({ paths: ['/blog/', '/a%2Fb', '/\u0000'] }, {}).pages).toEqual([
    keyOf('/blog'),
    keyOf('/a%2Fb'),
    keyOf('/%00'),
  ]);
});

describe('a path may carry a query', () => {
  test('of which the allowed parameters name the page', () => {
    expect(pageKeyOfUrlPath('/search?utm=x&page=2', { allowQuery: ['page'] })).toEqual({
      pageKey: '/search/!(page)(2)',
    });
    expect(pageKeyOfUrlPath('/search?page=2', {})).toEqual({ pageKey: '/search/index.html' });
  });
});

test.each(['/about', '/about/', '/about.html', '/about/index.html'])(
  'a site whose pages have URLs in .html calls the page by each of them: %s',
  (path) => {
    expect(parseRevalidation({ paths: [path] }, { hasHtmlEndings: true }).pages).toEqual([keyOf('/about')]);
  },
);

test('to a site whose pages have none, /about.html is another page than /about', () => {
  expect(parseRevalidation({ paths: ['/about.html'] }, {}).pages).toEqual([keyOf('/about.html')]);
});

describe('what cannot be understood is refused, each fault with its place and value', () => {
  test.each<[unknown, string]>([
    [undefined, 'the body must be a JSON object such as {"paths":["/blog"]}, got nothing'],
    [['/blog'], 'the body must be a JSON object such as {"paths":["/blog"]}, got ["/blog"]'],
    [{}, 'the body must be an object that names paths, tags, prefixes or all, got {}'],
    [{ paths: [] }, 'the body must be an object that names paths, tags, prefixes or all, got {"paths":[]}'],
    [{ paths: '/blog' }, "'paths' must be a list of strings, got '/blog'"],
    [
      { paths: ['/a', 7, ''] },
      "'paths[1]' must be a string that is not empty, got 7; 'paths[2]' must be a string that is not empty, got ''",
    ],
    [
      { paths: ['//evil', 'blog'] },
      "'paths[0]' must be a path without an empty segment (//), got '//evil'; 'paths[1]' must be a path that begins with a slash, got 'blog'",
    ],
    [
      { paths: ['/a/../b', '/a\\b', '/%zz'] },
      "'paths[0]' must be a path without a . or .. segment, got '/a/../b'; 'paths[1]' must be a path without a backslash, got '/a\\b'; 'paths[2]' must be a path in valid percent-encoding, got '/%zz'",
    ],
    [
      { prefixes: ['/blog', '//'] },
      "'prefixes[0]' must be a path that ends with a slash, got '/blog'; 'prefixes[1]' must be a path without an empty segment (//), got '//'",
    ],
    [{ all: 'yes' }, "'all' must be true or false, got 'yes'"],
    [{ path: '/blog', all: true }, "'path' must be a member that is known; use paths, tags, prefixes, all, wait"],
    [{ tags: ['a'], wait: 'yes' }, "'wait' must be true or false, got 'yes'"],
    [{ wait: true }, 'the body must be an object that names paths, tags, prefixes or all, got {"wait":true}'],
    [
      { tags: Array.from({ length: 1001 }, (_, i) => `t${i}`) },
      'the body must be one of at most 1000 items, not 1001; send several requests, or a tag or prefix',
    ],
  ])('%j', (body, message) => {
    expect(faultsOf(body)).toBe(message);
  });

  test('it is the query of a path that is named when that is wrong', () => {
    expect(() => parseRevalidation({ paths: ['/search?page=%zz'] }, { allowQuery: ['page'] })).toThrow(
      "'paths[0]' must be a path with a query in valid percent-encoding, got '/search?page=%zz'",
    );
    expect(parseRevalidation({ paths: ['/search?page=%zz'] }, {}).pages).toEqual([keyOf('/search')]);
  });

  test('the place of each is data too, and stays right behind a bad one', () => {
    const error = errorOf({ paths: [7, '/ok', 'blog'], tags: [''] });
    expect(error.faults.map(({ place, value }) => ({ place, value }))).toEqual([
      { place: ['paths', 0], value: 7 },
      { place: ['paths', 2], value: 'blog' },
      { place: ['tags', 0], value: '' },
    ]);
  });
});
