import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ContentApi, startContentApi } from '../../examples/content-api/index.ts';
import { readBuild } from '../../lib/build/read-build.ts';
import { built } from '../support/built.ts';
import { type AstroSite, copyExampleSite, type Loaded, loadBuild, runAstro, visit } from './astro-site.ts';

const TOKEN = '115556d774a8115556d774a8115556d774a8';
const BUDGET_BYTES = 110 * 1024;

let api: ContentApi;
let site: AstroSite;
let loaded: Loaded;
let output: string;

beforeAll(async () => {
  [api, site] = await Promise.all([startContentApi({ port: 0 }), copyExampleSite()]);
  process.env.CONTENT_API_URL = api.url;
  // As a shell does, to say what it started.
  output = await site.build({ _: '/usr/bin/env' });
  loaded = await loadBuild(site.root);
});

afterAll(async () => {
  delete process.env.CONTENT_API_URL;
  await Promise.all([api?.close(), site?.remove()]);
});

describe('the build', () => {
  test('stores the hash of the token and never the token in the manifest or the files', async () => {
    const { build } = loaded;
    expect(build.manifest.isr).toEqual({
      expiration: 86400,
      allowQuery: [],
      tokenHashes: ['f97043455f72da1e680f16f692ee03f8d4fcb0bbc5cf20caa7a269cf3ba23232'],
    });
    const files = build.manifest.files.concat(build.manifest.prerendered.map((page) => page.file));
    const texts = await Promise.all(files.map((file) => readFile(join(build.clientDirectory, file), 'utf8')));
    expect(await readFile(join(build.directory, 'manifest.json'), 'utf8')).not.toContain(TOKEN);
    expect(texts.join()).not.toContain(TOKEN);
    expect(output).not.toContain(TOKEN);
  });

  test('lists what is excluded as live, with what is never stored anyway', () => {
    expect(loaded.build.manifest.live).toEqual(['/_image', '/api/revalidate', '/ssr', '/edge.json']);
  });

  test('lists prerendered pages with their headers, and public files', () => {
    expect(loaded.build.manifest).toMatchObject({
      framework: { name: 'astro' },
      site: null,
      base: '/',
      trailingSlash: 'ignore',
      assetsFolder: '_astro',
      redirects: [{ from: '/writing', to: '/blog', status: 301 }],
      prerendered: [
        { path: '/404', file: '404.html', headers: { 'content-type': 'text/html' } },
        { path: '/about', file: 'about/index.html', headers: { 'content-type': 'text/html' } },
      ],
      files: ['favicon.svg', 'robots.txt'],
    });
  });

  test('fits its budget, in one file without paths of this machine', async () => {
    const server = await readFile(join(loaded.build.serverDirectory, 'index.mjs'), 'utf8');
    expect(gzipSync(server).length).toBeLessThan(BUDGET_BYTES);
    expect(server).not.toContain(site.root);
    expect(server).not.toContain(process.cwd());
  });

  test('is the same deployment when it is built elsewhere', async () => {
    const elsewhere = await built('example');
    expect(elsewhere).not.toBe(site.root);
    expect(readBuild(elsewhere).manifest.deploymentId).toBe(loaded.build.manifest.deploymentId);
  });
});

describe('the server', () => {
  test('keeps the headers of the seed page', async () => {
    const { response, text, hints } = await visit(loaded.fetch, '/isr');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 's-maxage=10, stale-while-revalidate',
      'cdn-cache-control': 'max-age=60',
      'vercel-cdn-cache-control': 'max-age=3600',
      'content-type': 'text/html',
    });
    expect(text).toContain('<button id="revalidate">Revalidate</button>');
    expect(hints).toEqual([]);
  });

  test('answers the button of the seed page with the token in a header', async () => {
    const init = { method: 'POST', body: '""', headers: { 'content-type': 'application/json' } };
    const { response } = await visit(loaded.fetch, '/api/revalidate', init, { kind: 'live' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-prerender-revalidate')).toBe(TOKEN);
  });

  test('renders a post with what the content API says at that moment', async () => {
    const slug = 'etags-are-cheap';
    expect((await visit(loaded.fetch, `/blog/${slug}`)).text).toContain('ETags are cheap politeness');
    const edited = api.edit(slug, { title: 'ETags, again' });
    const { text } = await visit(loaded.fetch, `/blog/${slug}`);
    expect(text).toContain('ETags, again');
    expect(text).toContain(`datetime="${edited?.updatedAt}"`);
    expect(text).toMatch(/data-rendered-at="\d{4}-\d\d-\d\dT/);
    expect(api.reads(slug)).toBe(2);
  });

  test.each(['/blog/never-written', '/nothing/here'])('answers %s with the prerendered 404 page', async (path) => {
    const { response, text } = await visit(loaded.fetch, path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('Nothing is kept here');
  });

  test('fails the render when the content API fails, instead of making a page of it', async () => {
    api.fail();
    const { response } = await visit(loaded.fetch, '/blog/etags-are-cheap');
    api.fail(false);
    expect(response.status).toBe(500);
  });

  test('redirects as the configuration says', async () => {
    const { response, text } = await visit(loaded.fetch, '/writing');
    expect(response.status).toBe(301);
    expect(response.headers.get('location')).toBe('/blog');
    expect(text).toBe('');
  });

  test('has a feed of all posts with links of the canonical origin', async () => {
    const { response, text } = await visit(loaded.fetch, '/rss.xml');
    expect(response.headers.get('content-type')).toBe('application/rss+xml; charset=utf-8');
    expect(text.match(/<item>/g)).toHaveLength(api.slugs.length);
    expect(text).toContain('<link>https://example.com/blog/two-hard-things</link>');
  });

  test('sends no body for HEAD', async () => {
    const { response, text } = await visit(loaded.fetch, '/isr', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(text).toBe('');
  });
});

describe.each(['dev', 'preview'] as const)('astro %s', (command) => {
  test('serves pages, prerendered pages, files and endpoints', async () => {
    const server = await runAstro(command, site.root, { CONTENT_API_URL: api.url });
    try {
      const get = async (path: string) => {
        const response = await fetch(new URL(path, server.url), { redirect: 'manual' });
        return [response.status, response.headers.get('content-type')?.split(';')[0], await response.text()] as const;
      };
      expect(await get('/blog/two-hard-things')).toEqual([200, 'text/html', expect.stringContaining('revisited')]);
      expect(await get('/about/')).toEqual([200, 'text/html', expect.stringContaining('prerendered')]);
      expect(await get('/favicon.svg')).toEqual([200, 'image/svg+xml', expect.stringContaining('<svg')]);
      expect(await get('/edge.json')).toEqual([200, 'application/json', expect.stringContaining('userAgent')]);
      expect(await get('/nothing')).toEqual([404, 'text/html', expect.stringContaining('Nothing is kept here')]);
      expect((await get('/writing'))[0]).toBe(301);
      const posted = await fetch(new URL('/api/revalidate', server.url), {
        method: 'POST',
        body: '{"tag":"notes"}',
        headers: { 'content-type': 'application/json' },
      });
      expect(await posted.text()).toBe('"notes"');
    } finally {
      await server.stop();
    }
  });
});
