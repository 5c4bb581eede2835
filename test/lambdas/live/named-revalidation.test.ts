import { expect, test } from 'vitest';
import { namedRevalidation } from '../../../lambdas/live/named-revalidation.ts';

const FROM_PAGE = new Request('https://example.com/api/revalidate', {
  method: 'POST',
  headers: { referer: 'https://example.com/isr/?utm=x' },
});

const NOTHING = { pages: [], tags: [], prefixes: [], all: false };

test.each<[string, object]>([
  ['"posts"', { ...NOTHING, tags: ['posts'] }],
  ['["a","b"]', { ...NOTHING, tags: ['a', 'b'] }],
  ['{"tag":"a"}', { ...NOTHING, tags: ['a'] }],
  ['{"tags":["a"],"path":"/blog/a"}', { ...NOTHING, tags: ['a'], pages: ['/blog/a/index.html'] }],
  ['{"paths":["/","/blog"]}', { ...NOTHING, pages: ['/index.html', '/blog/index.html'] }],
])('an endpoint that answers %s names it', (body, expected) => {
  expect(namedRevalidation(body, FROM_PAGE, {})).toEqual(expected);
});

test.each(['', '""', 'null', '{}', 'revalidated!', '{"ok":true}'])(
  'an endpoint that answers %j names the page that the request came from',
  (body) => {
    expect(namedRevalidation(body, FROM_PAGE, {})).toEqual({ ...NOTHING, pages: ['/isr/index.html'] });
  },
);

test.each([undefined, 'https://evil.example/isr', 'not a URL'])(
  'a request from %s names no page of this site',
  (referer) => {
    const request = new Request('https://example.com/api/revalidate', {
      headers: referer === undefined ? {} : { referer },
    });
    expect(namedRevalidation('', request, {})).toBeUndefined();
  },
);

test('a path that is not one is refused', () => {
  expect(() => namedRevalidation('{"path":"//evil"}', FROM_PAGE, {})).toThrow(
    "'paths[0]' must be a path without an empty segment",
  );
});
