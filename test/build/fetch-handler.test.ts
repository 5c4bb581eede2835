import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildFetchHandler, type FetchHandlerOptions } from '../../lib/build/fetch-handler.ts';
import { readBuild } from '../../lib/build/read-build.ts';
import type { SiteFetch } from '../../lib/core/site.ts';

const TOKEN = 'a-token-that-has-32-characters-00';
const NAMED = "export const fetch = async (request: Request) => new Response('at ' + new URL(request.url).pathname);";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'isr-build-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function write(file: string, text: string): Promise<string> {
  const path = join(root, file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function build(source: string, options: Partial<FetchHandlerOptions> = {}) {
  return buildFetchHandler({ root, entry: await write('src/server.ts', source), ...options });
}

async function answerOf(serverDirectory: string, path = '/a'): Promise<string> {
  const module: { fetch: SiteFetch } = await import(
    /* @vite-ignore */ `${pathToFileURL(join(serverDirectory, 'index.mjs')).href}?${Math.random()}`
  );
  const request = new Request(new URL(path, 'https://example.com'));
  return (await module.fetch(request, { kind: 'page', clientAddress: '192.0.2.1' })).text();
}

describe('a fetch handler', () => {
  test.each([
    ['a named export', NAMED],
    [
      'a default export',
      `const answer = ${NAMED.slice('export const fetch = '.length)}; export default { fetch: answer };`,
    ],
    [
      'an object that needs itself',
      'export default { name: "at /a", async fetch() { return new Response(this.name); } };',
    ],
  ])('may be %s', async (_, source) => {
    expect(await answerOf((await build(source)).serverDirectory)).toBe('at /a');
  });

  test('is bundled with what it imports, CommonJS too', async () => {
    await write('node_modules/old/index.js', "const { basename } = require('node:path'); module.exports = basename;");
    const source = "import old from 'old'; export const fetch = async () => new Response(old('/x/bundled'));";
    expect(await answerOf((await build(source)).serverDirectory)).toBe('bundled');
  });

  test('gets a manifest with its options', async () => {
    await write('public/assets/app-1234.js', '1');
    await write('public/robots.txt', '');
    const { manifest } = await build(NAMED, {
      client: join(root, 'public'),
      site: 'https://example.com/ignored',
      base: '/docs/',
      live: ['/api/[...path]'],
      isr: { expiration: 60, bypassToken: TOKEN, allowQuery: ['page'] },
    });
    expect(manifest).toMatchObject({
      version: 1,
      framework: { name: 'fetch' },
      site: 'https://example.com',
      base: '/docs',
      trailingSlash: 'ignore',
      assetsFolder: 'assets',
      isr: { expiration: 60, allowQuery: ['page'], tokenHashes: [expect.stringMatching(/^[0-9a-f]{64}$/)] },
      live: ['/docs/api/[...path]'],
      redirects: [],
      prerendered: [],
      files: ['assets/app-1234.js', 'robots.txt'],
    });
    expect(await readFile(join(root, '.isr/manifest.json'), 'utf8')).not.toContain(TOKEN);
  });
});

test.each([
  { isr: undefined, storesPages: false },
  { isr: false, storesPages: false },
  { isr: true, storesPages: true },
  { isr: { expiration: 60 }, storesPages: true },
] as const)('with the option isr: $isr, pages are stored: $storesPages', async ({ isr, storesPages }) => {
  expect((await build(NAMED, isr === undefined ? {} : { isr })).manifest.storesPages).toBe(storesPages);
});

describe('the deployment id', () => {
  test('is the same for the same input, and the server, the files and the options each change it', async () => {
    const client = join(root, 'public');
    await write('public/a.txt', 'a');
    const first = (await build(NAMED, { client })).manifest.deploymentId;
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect((await build(NAMED, { client })).manifest.deploymentId).toBe(first);
    const others = [
      (await build(NAMED.replace('at', 'near'), { client })).manifest.deploymentId,
      (await build(NAMED, { client, isr: { expiration: 5 } })).manifest.deploymentId,
      (await build(NAMED)).manifest.deploymentId,
    ];
    await write('public/a.txt', 'b');
    others.push((await build(NAMED, { client })).manifest.deploymentId);
    expect(new Set([first, ...others]).size).toBe(5);
  });
});

describe('a build that fails', () => {
  test.each([
    {
      reason: 'a module that is not there',
      options: { entry: '/nowhere/server.ts' },
      message: "'entry' must be a module that exports fetch, but there is nothing at /nowhere/server.ts",
    },
    {
      reason: 'a folder that is not there',
      options: { client: '/nowhere' },
      message: "'client' must be a folder of files, but there is nothing at /nowhere",
    },
    {
      reason: 'a pattern that is none',
      options: { live: ['api'] },
      message: "'live[0]' must be a route pattern such as '/api/[...path]', got 'api'; begin it with '/'",
    },
    {
      reason: 'a base that is none',
      options: { base: 'docs' },
      message: "'base' must be a path that begins with '/', got 'docs'",
    },
    {
      reason: 'a site that is none',
      options: { site: 'example.com' },
      message: "'site' must be an absolute URL such as 'https://example.com', got 'example.com'",
    },
    {
      reason: 'several things at once',
      options: { base: 'docs', isr: { expiration: 0 } },
      message: /'base' must be .*'isr.expiration' must be /,
    },
    {
      reason: 'a short token',
      options: { isr: { bypassToken: 'short' } },
      message: 'at least 32 characters, not of 5',
    },
  ])('for $reason leaves the build before it as it was', async ({ options, message }) => {
    const before = (await build(NAMED)).manifest.deploymentId;
    await expect(build('export const fetch = async () => new Response()', options)).rejects.toThrow(message);
    expect(readBuild(root).manifest.deploymentId).toBe(before);
    expect(await readdir(root)).toEqual(['.isr', 'src']);
  });

  test('for a syntax error names the place', async () => {
    await expect(build('export const fetch = ;')).rejects.toMatchObject({
      code: 'BUILD_MALFORMED',
      message: expect.stringMatching(/the server cannot be bundled: Unexpected ";" \(at server\.ts:1\)/),
    });
    expect(existsSync(join(root, '.isr'))).toBe(false);
  });

  test('for a module without fetch says so when it is loaded', async () => {
    const { serverDirectory } = await build('export const other = 1');
    await expect(answerOf(serverDirectory)).rejects.toThrow('server.ts must export fetch(request, context)');
  });
});
