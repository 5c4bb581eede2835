import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBuild } from '../../lib/build/read-build.ts';
import { type AstroSite, createAstroSite, type Loaded, loadBuild, visit } from './astro-site.ts';
import { describeIncludedFiles } from './kitchen-files.ts';
import { describeImages } from './kitchen-images.ts';
import { describeLiveCaching } from './kitchen-live-caching.ts';
import { describeSessions } from './kitchen-sessions.ts';
import { KITCHEN_SITE, NEW_TOKEN, OLD_TOKEN } from './kitchen-site.ts';
import { describeUrls } from './kitchen-urls.ts';

let site: AstroSite;
let loaded: Loaded;
let output: string;

beforeAll(async () => {
  site = await createAstroSite(KITCHEN_SITE);
  output = await site.build();
  loaded = await loadBuild(site.root);
});

afterAll(() => site?.remove());

describeImages(() => site);

describe('the manifest', () => {
  test('has the options, with one hash for each token of a rotation', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(loaded.build.manifest).toMatchObject({
      site: 'https://example.com',
      base: '/docs',
      isr: { expiration: 60, allowQuery: ['page', 'sort'], tokenHashes: [sha256(OLD_TOKEN), sha256(NEW_TOKEN)] },
    });
  });

  test('lists live routes below the base: excluded paths and patterns, actions, islands', () => {
    expect([...loaded.build.manifest.live].sort()).toEqual([
      '/docs/_actions/[...path]',
      '/docs/_server-islands/[name]',
      '/docs/api/cms/[...params]',
      '/docs/invalidate',
      '/docs/live/cached',
      '/docs/live/contact',
      '/docs/live/count.json',
      '/docs/live/late',
      '/docs/posts/secret',
    ]);
  });

  test('lists redirects below the base, each with its own status', () => {
    expect(loaded.build.manifest.redirects).toEqual(
      expect.arrayContaining([
        { from: '/docs/old/[slug]', to: '/docs/posts/[slug]', status: 301 },
        { from: '/docs/temporary', to: '/docs', status: 302 },
        { from: '/docs/elsewhere', to: 'https://other.example/x?y=1', status: 307 },
      ]),
    );
  });

  test('lists each prerendered path decoded, with its file and its own headers', () => {
    const pages = new Map(loaded.build.manifest.prerendered.map((page) => [page.path, page]));
    expect([...pages.keys()]).toEqual(
      expect.arrayContaining(['/docs', '/docs/404', '/docs/500', '/docs/facts.json', '/docs/guide/café au lait']),
    );
    expect(pages.get('/docs')?.file).toBe('index.html');
    expect(pages.get('/docs/guide/café au lait')?.file).toBe('guide/café au lait.html');
    expect(pages.get('/docs/facts.json')?.headers).toEqual({ 'content-type': 'application/json', 'x-own': 'header' });
  });

  test('has the fallbacks of other languages, which Astro lists nowhere else', () => {
    const paths = loaded.build.manifest.prerendered.map((page) => page.path);
    expect(paths).toContain('/docs/fr/guide/café au lait');
  });

  test('lists hashed files, public files and what other integrations wrote at the end', () => {
    const { files } = loaded.build.manifest;
    expect(files).toEqual(expect.arrayContaining(['plain.txt', 'sitemap.xml']));
    expect(files.some((file) => file.endsWith('.html'))).toBe(false);
  });

  test('takes maxDuration, warns of settings of vercel.json and of excludes that match nothing, and prints no token', () => {
    expect(loaded.build.manifest.maxDurationSeconds).toBe(10);
    expect(output).toContain("vercel.json: 'crons' has no effect on AWS; use 'revalidateEvery' of the construct");
    expect(output).toContain("vercel.json: 'redirects' has no effect on AWS; use 'redirects' of the Astro config");
    expect(output).not.toContain("vercel.json: 'headers'");
    expect(output).toContain('isr.exclude: /not-there matches no route that is rendered on demand');
    expect(output).not.toContain(NEW_TOKEN);
  });

  test('says of an endpoint that an integration added, and that gets a POST, that it is live without being named', () => {
    expect(output).toContain('/api/cms/[...params] is live, since the integration that added it answers more than GET');
    expect(output).not.toContain('/cms/feed.xml is live');
  });

  test('says of a method that is exported from another file too that only live routes get it', () => {
    expect(output).toContain('/re-exports exports PUT, but only live routes get more than GET and HEAD');
  });

  test('names the component whose form a stored page would never get, and each stored page with it', () => {
    expect(output).toContain(
      'src/components/Wave.astro has a form that is posted to the page that it is on, and stored are /contact: only live',
    );
    expect(output).toContain(
      "src/pages/forms.astro posts a form to /docs/posts/comments, which is stored: list '/posts/comments'",
    );
    expect(output.match(/posts a form to|has a form that is posted/g)).toHaveLength(2);
  });

  test('keeps tokens and the manifest out of the server', async () => {
    const server = await readFile(join(loaded.build.serverDirectory, 'index.mjs'), 'utf8');
    expect(server).not.toContain(OLD_TOKEN);
    expect(server).not.toContain(site.root);
  });
});

test.each([
  { folder: '.isr/client', outcome: /^[0-9a-f]{16}$/ },
  { folder: 'dist', outcome: /pagefind\.js; let the step .* \(pagefind --site \.isr\/client\)/ },
])('what a step after the build puts into $folder has a clear outcome', async ({ folder, outcome }) => {
  const late = join(site.root, folder, 'pagefind');
  await mkdir(late);
  await writeFile(join(late, 'pagefind.js'), 'search');
  const idOrFault = (() => {
    try {
      return readBuild(site.root).manifest.deploymentId;
    } catch (error) {
      return String(error);
    }
  })();
  await rm(late, { recursive: true });
  expect(idOrFault).toMatch(outcome);
  expect(idOrFault).not.toBe(loaded.build.manifest.deploymentId);
});

describe('redirects', () => {
  test.each([
    { path: '/docs/old/a%20b', location: '/docs/posts/a%20b', status: 301 },
    { path: '/docs/old/caf%C3%A9/', location: '/docs/posts/caf%C3%A9', status: 301 },
    { path: '/docs/temporary', location: '/docs', status: 302 },
    { path: '/docs/elsewhere', location: 'https://other.example/x?y=1', status: 307 },
  ])('$path leads to $location with $status', async ({ path, location, status }) => {
    const { response } = await visit(loaded.fetch, path);
    expect(response.status).toBe(status);
    expect(response.headers.get('location')).toBe(location);
  });

  test('keep the method of what is not a page view', async () => {
    const { response } = await visit(loaded.fetch, '/docs/temporary', { method: 'POST', body: 'x' }, { kind: 'live' });
    expect(response.status).toBe(307);
  });
});

describeUrls(() => loaded);

describe('cache hints', () => {
  test('arrive as the page wrote them: commas and Unicode in tags', async () => {
    const { hints, response } = await visit(loaded.fetch, '/docs/hint');
    expect(hints).toEqual([{ maxAge: 30, swr: 5, tags: ['a,b', 'ünï ☃'] }]);
    expect(response.headers.get('cache-tag')).toBeNull();
    expect(response.headers.get('cdn-cache-control')).toBeNull();
  });

  test('have the entity tag and the date of what the page shows', async () => {
    const { hints } = await visit(loaded.fetch, '/docs/dated');
    expect(hints).toEqual([{ maxAge: 30, etag: '"seven"', lastModified: new Date('2026-11-22T12:00:00Z') }]);
  });

  test('arrive from route rules, for immutable responses too', async () => {
    const rule = { maxAge: 120, swr: 60, tags: ['ruled'] };
    expect((await visit(loaded.fetch, '/docs/ruled/some/where')).hints).toEqual([rule]);
    const { response, hints } = await visit(loaded.fetch, '/docs/ruled/redirect');
    expect(response.status).toBe(302);
    expect(hints).toEqual([rule]);
  });

  test.each(['/docs/opted-out', '/docs/ruled/off'])(
    '%s must not be stored, since it said cache.set(false)',
    async (path) => {
      expect((await visit(loaded.fetch, path)).hints).toEqual([false]);
    },
  );

  test('the last word counts', async () => {
    expect((await visit(loaded.fetch, '/docs/opted-in-again')).hints).toEqual([{ maxAge: 9 }]);
  });

  test('are absent when the page says nothing', async () => {
    expect((await visit(loaded.fetch, '/docs/posts/a')).hints).toEqual([]);
  });

  test('of renders at the same time do not mix', async () => {
    const visits = await Promise.all(
      ['/docs/hint', '/docs/opted-out', '/docs/late'].map((path) => visit(loaded.fetch, path)),
    );
    expect(visits.map((each) => each.hints)).toEqual([
      [{ maxAge: 30, swr: 5, tags: ['a,b', 'ünï ☃'] }],
      [false],
      [{ maxAge: 7 }],
    ]);
  });
});

describe('a page that reads what only one viewer has', () => {
  const middleware = ['cookie lang'];

  test.each([
    { path: '/docs/reads/cookie', page: ['cookie cart'], route: '/reads/[what]' },
    { path: '/docs/reads/address', page: ['address'], route: '/reads/[what]' },
    { path: '/docs/reads/header', page: ['header user-agent'], route: '/reads/[what]' },
    { path: '/docs/reads/language', page: ['header accept-language'], route: '/reads/[what]' },
    { path: '/docs/reads/query', page: ['query colour'], route: '/reads/[what]' },
    { path: '/docs/reads/copied', page: ['header *'], route: '/reads/[what]' },
    { path: '/docs/reads/headers.json', page: ['header *'], route: '/reads/headers.json' },
    { path: '/docs/reads/rewritten', page: ['cookie cart'], route: '/reads/rewritten' },
  ])('$path is noticed, under the pattern of its route', async ({ path, page, route }) => {
    expect((await visit(loaded.fetch, path)).reads).toEqual([{ route, page, middleware }]);
  });

  test.each([
    '/docs/posts/a',
    '/docs/fr/posts/a',
    '/docs/hint',
    '/docs/island',
    '/docs/nowhere',
    '/docs/boom',
    '/docs/reads/own',
    '/docs/reads/plainly-rewritten',
  ])('%s reads nothing by itself, whatever Astro reads for it', async (path) => {
    for (const each of (await visit(loaded.fetch, path)).reads) expect(each).toMatchObject({ page: [], middleware });
  });

  test('counts what middleware reads when that answers in its place', async () => {
    const { response, reads } = await visit(loaded.fetch, '/docs/reads/gate');
    expect(response.headers.get('location')).toBe('/docs/login');
    expect(reads).toEqual([{ route: '/reads/gate', page: ['cookie lang', 'cookie pass'], middleware: [] }]);
  });

  test('gets what it reads when it is live', async () => {
    const init = { headers: { cookie: 'cart=full', 'user-agent': 'test' } };
    const { text } = await visit(loaded.fetch, '/docs/reads/cookie', init, { kind: 'live' });
    expect(text).toContain('full');
  });
});

describeIncludedFiles(() => loaded);
describeSessions(() => loaded);
describeLiveCaching(() => loaded);

describe('responses', () => {
  test('of pages wait for nested components: late status, headers and hints arrive', async () => {
    const { response, hints } = await visit(loaded.fetch, '/docs/late');
    expect(response.status).toBe(418);
    expect(response.headers.get('x-late')).toBe('yes');
    expect(hints).toEqual([{ maxAge: 7 }]);
  });

  test('of live routes are streamed: the first bytes do not wait', async () => {
    const { response, text } = await visit(loaded.fetch, '/docs/live/late', {}, { kind: 'live' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBeNull();
    expect(text).toContain('<p>late</p>');
  });

  test('carry each cookie, on immutable responses too', async () => {
    const { response } = await visit(loaded.fetch, '/docs/cookie');
    expect(response.status).toBe(302);
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  });

  test('are for paths below the base alone, so that no page has two URLs', async () => {
    const visits = await Promise.all(['/', '/posts/a', '/docsx'].map((path) => visit(loaded.fetch, path)));
    expect(visits.map(({ response }) => response.status)).toEqual([404, 404, 404]);
  });

  test('see the URL and the address that they were given', async () => {
    const { text } = await visit(loaded.fetch, '/docs/where.json', {}, { clientAddress: '203.0.113.9' });
    expect(JSON.parse(text)).toEqual({
      url: 'https://example.com/docs/where.json',
      request: 'https://example.com/docs/where.json',
      clientAddress: '203.0.113.9',
    });
  });

  test.each([
    { path: '/docs/nowhere', status: 404, body: 'Own 404' },
    { path: '/docs/boom', status: 500, body: 'Own 500' },
  ])('$path answers $status with the prerendered page', async ({ path, status, body }) => {
    const { response, text } = await visit(loaded.fetch, path);
    expect(response.status).toBe(status);
    expect(text).toContain(body);
  });

  test('of actions work', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', origin: 'https://example.com' } };
    const { text } = await visit(loaded.fetch, '/docs/_actions/wave', init, { kind: 'live' });
    expect(text).toContain('hello');
  });
});
