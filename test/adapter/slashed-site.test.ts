import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { appEnvironment, ROOT, runNode } from '../../scripts/build-steps.ts';
import { ask, type RawResponse } from '../support/http.ts';
import { forgetEdge } from '../support/origin.ts';
import { type AstroSite, createAstroSite } from './astro-site.ts';

const TOKEN = 'token-0123456789-0123456789-012345';
const SEEN = '<p>{JSON.stringify([Astro.url.pathname, Astro.params])}</p>';
const CONFIG = `
  import isr from 'cdk-isr/astro'
  import { defineConfig } from 'astro/config'
  export default defineConfig({
    output: 'server',
    trailingSlash: 'always',
    adapter: isr({ isr: { bypassToken: '${TOKEN}', exclude: ['/live/[slug]'] } }),
  })
`;

let site: AstroSite;
let stack: LocalStack;

beforeAll(async () => {
  site = await createAstroSite({
    'astro.config.mjs': CONFIG,
    'src/pages/tags/[slug].astro': SEEN,
    'src/pages/rel/[...path].astro': SEEN,
    'src/pages/live/[slug].astro': SEEN,
    'src/pages/pre/[slug].astro': `---
export const prerender = true
export const getStaticPaths = () => ['plain', 'node.js', 'a,b'].map((slug) => ({ params: { slug } }))
---
${SEEN}`,
    'src/pages/feed.json.ts': 'export const GET = () => Response.json([])',
    'src/pages/api/thing.ts':
      'export const GET = () => new Response(null, { status: 302, headers: { location: "/" } })',
  });
  await site.build();
  const assembly = join(site.root, 'cdk.out');
  await runNode([join(ROOT, 'bin/app.ts')], {}, await appEnvironment(site.root, assembly));
  stack = await runStack({ assembly, calm: true });
});

afterAll(async () => {
  await stack?.stop();
  await site?.remove();
});

afterEach(() => {
  for (const lambda of stack.functions) lambda.failWith(undefined);
});

const get = (path: string): Promise<RawResponse> => ask(stack.siteUrl, path, {});
const seenIn = ({ body }: RawResponse): unknown => JSON.parse(/\[.*\]/.exec(body.replaceAll('&quot;', '"'))?.[0] ?? '');

// What @astrojs/node 11 answers for the same site.
describe("with trailingSlash 'always'", () => {
  test.each([
    ['/tags/node.js/', { slug: 'node.js' }],
    ['/rel/example.com/', { path: 'example.com' }],
    ['/rel/a.html/', { path: 'a.html' }],
    ['/rel/a/b.c/', { path: 'a/b.c' }],
    ['/live/node.js/', { slug: 'node.js' }],
    ['/pre/node.js/', { slug: 'node.js' }],
  ])('a page whose name looks like a file is there with the slash: %s', async (path, params) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toMatch(/^text\/html/);
    expect(seenIn(response)).toEqual([path, params]);
  });

  test.each([
    ['/tags/plain', 301, '/tags/plain/'],
    ['/pre/plain', 301, '/pre/plain/'],
    ['/pre/node.js', 301, '/pre/node.js/'],
    ['/api/thing', 301, '/api/thing/'],
    ['/tags/node.js', 404, undefined],
    ['/feed.json', 200, undefined],
    ['/feed.json/', 404, undefined],
    ['/nowhere/', 404, undefined],
  ])('%s is answered with %i', async (path, status, location) => {
    const { headers, ...response } = await get(path);
    expect([response.status, headers.location]).toEqual([status, location]);
  });

  test('a redirect that has no content type has none at the edge either', async () => {
    const { status, headers } = await get('/api/thing/');
    expect([status, headers.location, headers['content-type']]).toEqual([302, '/', undefined]);
    expect(headers).not.toHaveProperty('x-isr-untyped');
  });

  test('a page whose name looks like a file is rendered at once when it is revalidated without the slash', async () => {
    await get('/tags/three.js/');
    const { body } = await ask(stack.functionUrl('revalidate'), '/', {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ paths: ['/tags/three.js'] }),
    });
    expect(JSON.parse(body).pages).toMatchObject([{ path: '/tags/three.js', outcome: 'unchanged', purge: 'purged' }]);
  });
});

test.each(['/pre/plain/', '/pre/node.js/', '/pre/a,b/', '/pre/plain/?utm_source=x', '/tags/stored.js/?utm_source=x'])(
  'with every function failing, %s is still served',
  async (path) => {
    await get(path);
    forgetEdge(stack);
    for (const lambda of stack.functions) lambda.failWith(new Error('the region is down'));
    expect((await get(path)).status).toBe(200);
  },
);
