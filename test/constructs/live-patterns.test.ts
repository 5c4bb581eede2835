import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRoutePattern } from '../../lib/build/route-pattern.ts';
import { compileLivePatterns, matchesPathPattern } from '../../lib/constructs/live-patterns.ts';

const LIMIT = 73;
const compiled = (...routes: string[]) => compileLivePatterns(routes, [], LIMIT).live;

test.each([
  ['/api/revalidate', ['/api/revalidate/', '/api/revalidate']],
  ['/api/revalidate/', ['/api/revalidate/', '/api/revalidate']],
  ['/', ['/']],
  ['/docs/[id]/edit', ['/docs/*/edit/', '/docs/*/edit']],
  ['/users/[id]', ['/users/*']],
  ['/feeds/[name].json', ['/feeds/*.json/', '/feeds/*.json']],
  ['/[lang]-[region]/x', ['/*-*/x/', '/*-*/x']],
  ['/_actions/[...path]', ['/_actions', '/_actions/*']],
  ['/[...path]', ['/*']],
  ['/a/[...rest]/b', ['/a*/b/', '/a*/b']],
  ['/a/[x]/[...rest]', ['/a/*']],
  ['/café/form', ['/caf*/form/', '/caf*/form']],
])('%s becomes %j', (route, expected) => {
  expect(compiled(route)).toEqual(expected);
});

test('what another pattern covers is left out', () => {
  expect(compiled('/api/[...path]', '/api/a', '/api/[id]/b', '/api/a')).toEqual(['/api', '/api/*']);
});

test('exact patterns come first, then the longer ones', () => {
  expect(compiled('/a/[id]', '/b', '/a/[id]/edit/[part]', '/long/one')).toEqual([
    '/long/one/',
    '/long/one',
    '/b/',
    '/b',
    '/a/*',
  ]);
});

test('no route is no pattern', () => {
  expect(compileLivePatterns([], ['/a'], LIMIT)).toEqual({ pages: [], live: [], widened: [] });
});

describe('pages and files that a live pattern would cover', () => {
  test('come first, with and without a slash', () => {
    const { pages } = compileLivePatterns(['/docs/[...path]'], ['/docs/about', '/docs/logo.svg', '/blog'], LIMIT);
    expect(pages).toEqual(['/docs/about', '/docs/about/', '/docs/logo.svg']);
  });

  test('count for the limit', () => {
    const pages = Array.from({ length: 80 }, (_, index) => `/docs/logo-${index}.svg`);
    expect(() => compileLivePatterns(['/docs/[...path]'], pages, LIMIT)).toThrow(
      /82 CloudFront behaviors, and 73 are left/,
    );
  });
});

describe('more routes than behaviors', () => {
  const routes = (count: number, folder = '/api') =>
    Array.from({ length: count }, (_, index) => `${folder}/route-${String(index).padStart(2, '0')}`);

  test('first share the pattern of their slash variants, which is told', () => {
    const { live, widened } = compileLivePatterns(routes(60), [], LIMIT);
    expect(live).toHaveLength(60);
    expect(live[10]).toBe('/api/route-10*');
    expect(widened.toSorted()).toEqual(live.toSorted());
  });

  test('then share their deepest common folder, which is told', () => {
    const { live, widened } = compileLivePatterns([...routes(90, '/api/v1'), '/login'], [], LIMIT);
    expect(live).toEqual(['/api/v1/*', '/login*']);
    expect(widened.toSorted()).toEqual(['/api/v1/*', '/login*']);
  });

  test('never share the root, which would make every page live', () => {
    expect(() => compileLivePatterns(routes(90, ''), [], LIMIT)).toThrow(
      /90 live routes need 90 CloudFront behaviors, and 73 are left of the 75/,
    );
  });
});

const segment = fc.oneof(
  fc.stringMatching(/^[a-z0-9_.~-]{1,6}$/).filter((text) => text !== '.' && text !== '..'),
  fc.constantFrom('café', 'a b', '日本', '[id]', 'pre-[id]', '[id].json', '[a]-[b]'),
);
const route = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, rest]) => `/${segments.join('/')}${rest ? '/[...rest]' : ''}`);
const parameter = fc.stringMatching(/^[A-Za-z0-9é +&=_-]{1,8}$/);

test('every path of every route is covered, however many routes there are', () => {
  const pathOf = (pattern: string, values: readonly string[]) => {
    let next = 0;
    const value = () => values[next++ % values.length] ?? '';
    return pattern
      .replaceAll(/\/\[\.{3}rest\]/g, () => (next++ % 2 === 0 ? '' : `/${value()}/${value()}`))
      .replaceAll(/\[[a-z]+\]/g, value);
  };
  fc.assert(
    fc.property(
      fc.array(route, { minLength: 1, maxLength: 12 }),
      fc.array(parameter, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('', '/'),
      fc.integer({ min: 2, max: 40 }),
      (routes, values, slash, limit) => {
        let patterns: readonly string[];
        try {
          patterns = compileLivePatterns(routes, [], limit).live;
        } catch {
          return; // Too many routes at the root for such a small limit.
        }
        expect(patterns.length).toBeLessThanOrEqual(limit);
        for (const each of routes) {
          const path = pathOf(each, values) + slash;
          if (compileRoutePattern(each).match(path) === undefined) continue;
          const uri = encodeURI(path);
          expect(
            patterns.some((pattern) => matchesPathPattern(pattern, uri)),
            `${uri} of ${each} in ${patterns}`,
          ).toBe(true);
        }
      },
    ),
  );
});

test('every pattern is one that CloudFront takes', () => {
  fc.assert(
    fc.property(fc.array(route, { minLength: 1, maxLength: 12 }), (routes) => {
      for (const pattern of compileLivePatterns(routes, [], 1000).live) {
        expect(pattern).toMatch(/^[A-Za-z0-9_\-.*$/~"'@:+&]{1,255}$/);
      }
    }),
  );
});
