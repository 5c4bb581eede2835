import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { differencesOf } from '../../../scripts/sites/compare.ts';
import { KNOWN, SITES } from '../../../scripts/sites/data.ts';
import { explain } from '../../../scripts/sites/known.ts';

const SERVERS = { node: 'http://127.0.0.1:1111', isr: 'http://127.0.0.1:2222' };

const answer = (body: string, headers: IncomingHttpHeaders = {}, status = 200) => {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body: Buffer.from(body) };
};

const differ = (node: ReturnType<typeof answer>, isr: ReturnType<typeof answer>, varying: readonly string[] = []) =>
  differencesOf({ path: '/a', node, isr }, SERVERS, varying);

test.each([
  ['the own origin, by http and by https', 'http://127.0.0.1:1111/b', 'https://127.0.0.1:2222/b', []],
  ['the id of an island', '<astro-island uid="Z1">', '<astro-island uid="Z2">', []],
  ['the time of the render', 'at 2026-01-01T00:00:00.000Z', 'at 2026-01-01T00:00:01.000Z', []],
  ['what the data of the site calls varying', 'id-abc', 'id-def', ['id-[a-f]+']],
])('%s is no difference of two pages', (_, node, isr, varying) => {
  expect(differ(answer(node), answer(isr), varying)).toEqual([]);
});

test('a word that differs is shown with what stands around it', () => {
  const [found] = differ(answer('<h1>Hello one</h1>'), answer('<h1>Hello two</h1>'));
  expect(found).toEqual({ path: '/a', what: 'body', node: '"<h1>Hello one</h1>"', isr: '"<h1>Hello two</h1>"' });
});

test('bytes of an image are compared as they are', () => {
  const type = { 'content-type': 'image/png' };
  expect(differ(answer('ab', type), answer('abc', type))).toMatchObject([
    { what: 'body', node: '2 bytes', isr: '3 bytes' },
  ]);
});

test('a header that only one of them sends is a difference, one of the connection is not', () => {
  const found = differ(answer('', { 'x-own': '1', connection: 'close' }), answer('', { location: `${SERVERS.isr}/b` }));
  expect(found).toEqual([
    { path: '/a', what: 'header location', node: '(none)', isr: '<origin>/b' },
    { path: '/a', what: 'header x-own', node: '1', isr: '(none)' },
  ]);
});

test('with another status, only that is told, and where it leads', () => {
  const found = differ(answer('x', { location: '/b' }, 301), answer('y'));
  expect(found).toEqual([{ path: '/a', what: 'status', node: '301 /b', isr: '200' }]);
});

test('a known difference is counted, and explains no other site, path, header or value', () => {
  const known = [{ site: 'blog', path: '/a.*', what: 'header x', isr: '\\(none\\)', reason: 'meant' }];
  const difference = { path: '/ab', what: 'header x', node: '1', isr: '(none)' };
  const others = [
    { ...difference, path: '/b' },
    { ...difference, what: 'header xy' },
    { ...difference, isr: '1' },
  ];
  const { unexplained, counts } = explain('blog', [difference, difference, ...others], known);
  expect([unexplained, [...counts.values()]]).toEqual([others, [2]]);
  expect(explain('shop', [difference], known).unexplained).toEqual([difference]);
});

test('each known difference has a reason, and is of a site that there is', () => {
  for (const { site, reason, what } of KNOWN) {
    expect(reason.length).toBeGreaterThan(20);
    expect(what).toMatch(/status|header|body/);
    expect(site === undefined || SITES.some(({ name }) => new RegExp(`^(?:${site})$`).test(name))).toBe(true);
  }
});

test('each site is pinned to a commit and to versions of its packages', () => {
  for (const { commit, packages } of SITES) {
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    for (const name of packages) expect(name).toMatch(/.@\d+\.\d+\.\d+$/);
  }
});
