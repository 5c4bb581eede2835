import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Build, readBuild } from '../../lib/build/read-build.ts';
import { writeBuild } from '../../lib/build/write-build.ts';

let folder: string;
let root: string;
let built: Build;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isr-late-'));
  for (const file of ['about.html', 'robots.txt', 'app.js.map']) await put(join(folder, 'dist/client', file), file);
  await put(join(folder, 'dist/report.html'), 'made by the build');
  built = await writeBuild({
    root: folder,
    client: join(folder, 'dist/client'),
    server: 'export const fetch = async () => new Response()',
    manifest: {
      framework: { name: 'astro', version: '7.3.5' },
      output: { directory: 'dist', others: ['report.html'] },
      ...{ site: null, base: '/', trailingSlash: 'never', assetsFolder: '_astro', storesPages: true },
      ...{ isr: { expiration: false, allowQuery: [], tokenHashes: [] }, live: [], redirects: [] },
      prerendered: [{ path: '/about', file: 'about.html', headers: { 'content-type': 'text/html' } }],
    },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  root = await mkdtemp(join(folder, 'copy-'));
  await cp(join(folder, '.isr'), join(root, '.isr'), { recursive: true, preserveTimestamps: true });
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
const inClient = (file: string): string => join(root, '.isr/client', file);
const idOf = (): string => readBuild(root).manifest.deploymentId;

test('a build that nobody touched is the deployment that was built', () => {
  expect(idOf()).toBe(built.manifest.deploymentId);
});

describe('what a later step does in .isr/client is deployed', () => {
  test('files that it adds, under another deployment id, the same for the same files', async () => {
    await put(inClient('pagefind/pagefind.js'), 'search');
    const { deploymentId, files } = readBuild(root).manifest;
    expect(files).toEqual(['app.js.map', 'pagefind/pagefind.js', 'robots.txt']);
    expect(deploymentId).toMatch(/^[0-9a-f]{16}$/);
    expect(deploymentId).not.toBe(built.manifest.deploymentId);
    expect(idOf()).toBe(deploymentId);
    await put(inClient('pagefind/pagefind.js'), 'SEARCH');
    expect(new Set([idOf(), deploymentId, built.manifest.deploymentId]).size).toBe(3);
  });

  test.each(['client/robots.txt', 'client/about.html', 'server/index.mjs'])(
    'a change of %s is another deployment',
    async (file) => {
      await put(join(root, '.isr', file), 'changed');
      expect(idOf()).not.toBe(built.manifest.deploymentId);
    },
  );

  test('files that it removes are not missed, and make another deployment', async () => {
    await rm(inClient('app.js.map'));
    expect(readBuild(root).manifest.files).toEqual(['robots.txt']);
    expect(idOf()).not.toBe(built.manifest.deploymentId);
  });

  test('a build without a word about its content is told from another by its files', async () => {
    const { contentHash, ...older } = built.manifest;
    await put(join(root, '.isr/manifest.json'), JSON.stringify(older));
    expect(idOf()).toBe(built.manifest.deploymentId);
    await put(inClient('late.txt'), 'late');
    expect(idOf()).not.toBe(built.manifest.deploymentId);
  });
});

test.each(['.env', '.DS_Store', 'pagefind/.cache/x'])(
  '%s is hidden: it is told, and neither deployed nor counted',
  async (file) => {
    await put(inClient(file), 'secret');
    const { hiddenFiles, manifest } = readBuild(root);
    expect(hiddenFiles).toEqual([file]);
    expect(manifest).toEqual(built.manifest);
  },
);

test('.well-known is not hidden', async () => {
  await put(inClient('.well-known/security.txt'), 'Contact: us');
  expect(readBuild(root)).toMatchObject({
    hiddenFiles: [],
    manifest: { files: expect.arrayContaining(['.well-known/security.txt']) },
  });
});

test('a link is refused, since what it leads to may not be there when it is uploaded', async () => {
  await symlink('/etc/passwd', inClient('passwd'));
  expect(() => readBuild(root)).toThrow(/has what is neither a file nor a folder: passwd; put the files themselves/);
});

describe("files in the framework's own folder that came after the build", () => {
  beforeEach(() => cp(join(folder, 'dist'), join(root, 'dist'), { recursive: true, preserveTimestamps: true }));

  test('are none when nobody touched it', () => {
    expect(idOf()).toBe(built.manifest.deploymentId);
  });

  test.each(['dist/pagefind/pagefind.js', 'dist/client/sitemap.xml'])(
    '%s is refused, with the remedy',
    async (file) => {
      await put(join(root, file), 'late');
      expect(() => readBuild(root)).toThrow(
        `1 files in 'dist' are not deployed, since they are newer than the build: ${file.slice('dist/'.length)}; let the ` +
          "step that writes them work on '.isr/client' (pagefind --site .isr/client), or remove 'dist' if it belongs to another build",
      );
    },
  );

  test('as one that was changed is', async () => {
    const file = join(root, 'dist/client/robots.txt');
    await put(file, 'minified');
    const later = new Date(Date.now() + 60_000);
    await utimes(file, later, later);
    expect(() => readBuild(root)).toThrow(/client\/robots\.txt/);
  });

  test('are no matter when the same step puts them into .isr/client too', async () => {
    for (const file of ['dist/pagefind/x.js', '.isr/client/pagefind/x.js']) await put(join(root, file), 'late');
    expect(readBuild(root).manifest.files).toContain('pagefind/x.js');
  });
});
