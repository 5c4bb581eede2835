import { describe, expect, test } from 'vitest';
import { liveRoutesOf, type SiteRoute } from '../../lib/adapter/live-routes.ts';

const page = (pattern: string, route: Partial<SiteRoute> = {}): SiteRoute => ({
  pattern,
  type: 'page',
  origin: 'project',
  isPrerendered: false,
  ...route,
});

const ROUTES = [
  page('/one'),
  page('/two'),
  page('/excluded/[dynamic]'),
  page('/excluded/[...rest]'),
  page('/api/a', { type: 'endpoint' }),
  page('/about', { isPrerendered: true }),
  page('/old', { type: 'redirect' }),
  page('/_image', { type: 'endpoint', origin: 'internal' }),
];
const INTERNAL = ['/_image'];

describe('exclude', () => {
  test.each([
    { exclude: ['/two'], live: ['/two'] },
    { exclude: ['/excluded/[dynamic]', '/excluded/[...rest]'], live: ['/excluded/[dynamic]', '/excluded/[...rest]'] },
    { exclude: [/^\/api/], live: ['/api/a'] },
    { exclude: [/^\/excluded\/\[/], live: ['/excluded/[dynamic]', '/excluded/[...rest]'] },
    { exclude: [/o/g], live: ['/one', '/two'] },
    { exclude: ['/excluded/one-path'], live: ['/excluded/one-path'] },
    { exclude: ['/[...all]'], live: ['/[...all]'] },
    { exclude: ['/two', /two/], live: ['/two'] },
  ])('$exclude makes $live live', ({ exclude, live }) => {
    expect(liveRoutesOf(ROUTES, exclude, '/_image')).toEqual({ patterns: [...INTERNAL, ...live], warnings: [] });
  });

  test.each([['/nowhere'], [/nowhere/], ['/about'], ['/old']])('%s has no effect, and says so', (entry) => {
    expect(liveRoutesOf(ROUTES, [entry], '/_image')).toEqual({
      patterns: INTERNAL,
      warnings: [`isr.exclude: ${entry} matches no route that is rendered on demand, so it has no effect`],
    });
  });
});

test('actions and server islands are live whenever the site has them', () => {
  const internal = ['/_actions/[...path]', '/_server-islands/[name]'].map((pattern) =>
    page(pattern, { origin: 'internal' }),
  );
  expect(liveRoutesOf([...internal, page('/one')], []).patterns).toEqual([
    '/_actions/[...path]',
    '/_server-islands/[name]',
  ]);
});
