import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRoutePattern, fillRoutePattern, withBase, withoutBase } from '../../lib/build/route-pattern.ts';
import { CountingText } from '../support/counting-text.ts';

describe('a route pattern', () => {
  test.each([
    { pattern: '/', path: '/', found: {} },
    { pattern: '/ssr', path: '/ssr', found: {} },
    { pattern: '/ssr', path: '/ssr/', found: {} },
    { pattern: '/edge.json', path: '/edge.json', found: {} },
    { pattern: '/blog/[slug]', path: '/blog/a', found: { slug: 'a' } },
    { pattern: '/blog/[slug]', path: '/blog/café au lait/', found: { slug: 'café au lait' } },
    { pattern: '/feeds/[name].xml', path: '/feeds/news.xml', found: { name: 'news' } },
    { pattern: '/[a]-[b]', path: '/x-y', found: { a: 'x', b: 'y' } },
    { pattern: '/docs/[...path]', path: '/docs', found: { path: '' } },
    { pattern: '/docs/[...path]', path: '/docs/a/b', found: { path: 'a/b' } },
    { pattern: '/[...path]/edit', path: '/a/b/edit', found: { path: 'a/b' } },
    { pattern: '/[...path]', path: '/', found: { path: '' } },
  ])('$pattern covers $path', ({ pattern, path, found }) => {
    expect(compileRoutePattern(pattern).match(path)).toEqual(found);
  });

  test.each([
    ['/ssr', '/ssr-other'],
    ['/ssr', '/a/ssr'],
    ['/edge.json', '/edgeXjson'],
    ['/blog/[slug]', '/blog'],
    ['/blog/[slug]', '/blog/a/b'],
    ['/docs/[...path]', '/docsother'],
  ])('%s does not cover %s', (pattern, path) => {
    expect(compileRoutePattern(pattern).match(path)).toBeUndefined();
  });

  test('four parameters in one segment are compared with a thousand dashes in one go, not for a minute', () => {
    const { match } = compileRoutePattern('/[a]-[b]-[c]-[d]');
    const [one, two] = [1000, 2000].map((dashes) => {
      const path = new CountingText(`/${'-'.repeat(dashes)}/x`);
      expect(match(path)).toBeUndefined();
      return path.readings;
    });
    expect(one).toBeGreaterThan(1000);
    expect(two).toBeLessThan(2.1 * (one ?? 0));
    expect(match(`/${'-'.repeat(1000)}`)).toEqual({ a: '-', b: '-', c: '-', d: '-'.repeat(994) });
  });

  test('whatever fills it, it finds again', () => {
    const segment = fc.string({ minLength: 1 }).filter((text) => !/[/[\]\n\r\u2028\u2029]/.test(text));
    fc.assert(
      fc.property(segment, fc.array(segment, { minLength: 1 }), (id, rest) => {
        const parameters = { id, rest: rest.join('/') };
        const path = fillRoutePattern('/a/[id]/b/[...rest]', parameters);
        expect(compileRoutePattern('/a/[id]/b/[...rest]').match(path)).toEqual(parameters);
      }),
    );
  });
});

describe('a base', () => {
  test.each([
    { base: '/', path: '/', whole: '/' },
    { base: '/', path: '/a', whole: '/a' },
    { base: '/docs', path: '/', whole: '/docs' },
    { base: '/docs/', path: '/a/b', whole: '/docs/a/b' },
    { base: '/docs', path: 'a.txt', whole: '/docs/a.txt' },
  ])('$base and $path are $whole', ({ base, path, whole }) => {
    expect(withBase(base, path)).toBe(whole);
    expect(withoutBase(base, whole)).toBe(path.startsWith('/') ? path : `/${path}`);
  });

  test('is not the beginning of another name', () => {
    expect(withoutBase('/docs', '/docs-other')).toBeUndefined();
  });
});
