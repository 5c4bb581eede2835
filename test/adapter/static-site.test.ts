import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AstroSite, createAstroSite, type Loaded, loadBuild, visit } from './astro-site.ts';

let site: AstroSite;
let loaded: Loaded;

beforeAll(async () => {
  site = await createAstroSite({
    'astro.config.mjs': `
      import isr from 'cdk-isr/astro'
      import { defineConfig } from 'astro/config'
      export default defineConfig({
        trailingSlash: 'always',
        redirects: { '/old': '/new?a=1', '/moved/[...path]': '/[...path]', '/feed': '/rss.xml' },
        adapter: isr(),
      })
    `,
    'src/pages/index.astro': '<h1>Home</h1>',
    'src/pages/[...path].astro':
      '---\nexport const getStaticPaths = () => [{ params: { path: "a/b" } }]\n---\n<h1>{Astro.params.path}</h1>',
    'src/pages/404.astro': '<h1>Own 404</h1>',
  });
  await site.build();
  loaded = await loadBuild(site.root);
});

afterAll(() => site?.remove());

test('a site that is wholly prerendered has a server too, without live routes', () => {
  expect(loaded.build.manifest).toMatchObject({
    trailingSlash: 'always',
    isr: { expiration: false, allowQuery: [], tokenHashes: [] },
    live: [],
    prerendered: [{ path: '/' }, { path: '/404' }, { path: '/a/b', file: 'a/b/index.html' }],
  });
});

test('its server answers what is not there with the 404 page', async () => {
  const { response, text } = await visit(loaded.fetch, '/nowhere/');
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('Own 404');
});

test.each([
  { path: '/old/', location: '/new/?a=1' },
  { path: '/moved/a/b/', location: '/a/b/' },
  { path: '/moved//evil.example/', location: '/evil.example/' },
  { path: '/feed/', location: '/rss.xml' },
])('$path leads to $location at once, with the trailing slash that the site demands', async ({ path, location }) => {
  const { response } = await visit(loaded.fetch, path);
  expect(response.status).toBe(301);
  expect(response.headers.get('location')).toBe(location);
});
