import { beforeAll, expect, test } from 'vitest';
import type { EdgeRequest } from '../../../lambdas/edge/event.ts';
import type { ImageRules } from '../../../lib/images/image-query.ts';
import { type EdgeFunction, loadEdgeFunction, requestEvent } from './run-edge-function.ts';

const RULES: ImageRules = {
  parameters: ['background', 'f', 'fit', 'h', 'href', 'position', 'q', 'w'],
  widths: [],
  assets: '/docs/_astro/',
  sharedPrefix: 'images/v',
  ownPrefix: 'images/v-1',
};

let edge: EdgeFunction;
let edgeWithWidths: EdgeFunction;
beforeAll(async () => {
  edge = await loadEdgeFunction('image-request', RULES);
  edgeWithWidths = await loadEdgeFunction('image-request', { ...RULES, widths: [640, 1080] });
});

function ask(query: EdgeRequest['querystring'], run = edge): EdgeRequest {
  return run(requestEvent('/docs/_image', { query, cookies: { session: 'x' } })) as EdgeRequest;
}

const pairs = (entries: readonly [string, string][]): EdgeRequest['querystring'] =>
  Object.fromEntries(entries.map(([name, value]) => [name, { value }]));

test('one image is one path, however its query is written, and whatever else it has', () => {
  const plain = ask(
    pairs([
      ['href', '/docs/_astro/a.png'],
      ['w', '300'],
    ]),
  );
  expect(plain.uri).toMatch(/^\/images\/v\/[0-9a-f]{32}\/[0-9a-f]{32}$/);
  expect(decodeURIComponent(plain.querystring.image?.value ?? '')).toBe('href=%2Fdocs%2F_astro%2Fa.png&w=300');
  expect(plain.cookies).toEqual({});
  const others = [
    pairs([
      ['w', '300'],
      ['href', '%2Fdocs%2F_astro%2Fa.png'],
    ]),
    pairs([
      ['utm_source', 'x'],
      ['href', '/docs/_astro/a.png'],
      ['w', '300'],
    ]),
    { href: { value: '/docs/_astro/a.png' }, w: { value: '300', multiValue: [{ value: '300' }, { value: '1' }] } },
  ];
  for (const query of others) expect(ask(query)).toMatchObject({ uri: plain.uri, querystring: plain.querystring });
});

test('each source has a folder of its own, and what a deployment may change is not where hashed files are', () => {
  const folderOf = (href: string, width = '1') =>
    ask(
      pairs([
        ['href', href],
        ['w', width],
      ]),
    ).uri.replace(/\/[^/]*$/, '');
  const hashed = folderOf('/docs/_astro/a.png');
  expect(folderOf('/docs/_astro/a.png', '2')).toBe(hashed);
  expect(folderOf('/docs/_astro/b.png')).not.toBe(hashed);
  expect(folderOf('https://example.com/a.png')).toMatch(/^\/images\/v\//);
  expect(folderOf('/docs/a.png')).toMatch(/^\/images\/v-1\//);
});

test.each([
  ['/docs/_astro/%61.png', '/docs/_astro/a.png'],
  ['/docs/_astro/a.png%3Fx=1', '/docs/_astro/a.png'],
  ['/docs/_astro/a.png%3F%0Ax', '/docs/_astro/a.png'],
  ['/docs/_astro/a.png%23x', '/docs/_astro/a.png'],
  ['/docs/_astro/a%252520b.png', '/docs/_astro/a%2520b.png'],
  ['/docs/_astro/a%253Fb%2523.png', '/docs/_astro/a%3Fb%23.png'],
  ['/docs/_astro/a%25.png', '/docs/_astro/a%25.png'],
  ['/docs/_astro/%C3%A9@2x.png', '/docs/_astro/%C3%A9@2x.png'],
  ['//example.com/a.png%3Fx=1', '//example.com/a.png?x=1'],
  ['https://example.com/a.png%3Fx=1%23y', 'https://example.com/a.png?x=1'],
])('the source %s is known as %s, which is its name in the function too', (written, name) => {
  const nameOf = (href: string) => {
    const { image } = ask({ href: { value: href } }).querystring;
    return new URLSearchParams(decodeURIComponent(image?.value ?? '')).get('href') ?? '';
  };
  expect(nameOf(written)).toBe(name);
  expect(nameOf(encodeURIComponent(name))).toBe(name);
});

test('where only some widths are made, any other is the nearest', () => {
  const widthOf = (width: string) =>
    /w=(\d+)/.exec(
      decodeURIComponent(
        ask(
          pairs([
            ['href', '/a'],
            ['w', width],
          ]),
          edgeWithWidths,
        ).querystring.image?.value ?? '',
      ),
    )?.[1];
  expect(['1', '700', '1000', '9999'].map(widthOf)).toEqual(['640', '640', '1080', '1080']);
});
