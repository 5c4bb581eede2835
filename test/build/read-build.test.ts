import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { IsrError } from '../../lib/basics/errors.ts';
import type { Manifest } from '../../lib/build/manifest.ts';
import { readBuild } from '../../lib/build/read-build.ts';
import { writeBuild } from '../../lib/build/write-build.ts';

let folder: string;
let pristine: string;
let root: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isr-read-'));
  const client = join(folder, 'client');
  await mkdir(client);
  await writeFile(join(client, 'about.html'), '<h1>About</h1>');
  await writeFile(join(client, 'robots.txt'), '');
  pristine = join(folder, 'pristine');
  await writeBuild({
    root: pristine,
    client,
    server: 'export const fetch = async () => new Response()',
    manifest: {
      framework: { name: 'astro', version: '7.3.5' },
      site: null,
      base: '/',
      trailingSlash: 'never',
      assetsFolder: '_astro',
      storesPages: true,
      isr: { expiration: false, allowQuery: [], tokenHashes: [] },
      live: ['/ssr'],
      redirects: [{ from: '/a', to: '/b', status: 308 }],
      prerendered: [{ path: '/about', file: 'about.html', headers: { 'content-type': 'text/html' } }],
    },
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  root = await mkdtemp(join(folder, 'site-'));
  await cp(pristine, root, { recursive: true });
});

function faultOf(directory: string): IsrError {
  try {
    readBuild(directory);
  } catch (error) {
    if (error instanceof IsrError) return error;
    throw error;
  }
  throw new Error('the build was accepted');
}

async function change(changes: Record<string, unknown>): Promise<void> {
  const manifest: Manifest = readBuild(root).manifest;
  await writeFile(join(root, '.isr/manifest.json'), JSON.stringify({ ...manifest, ...changes }));
}

test('reads what was written, from the project or from the folder itself', () => {
  const build = readBuild(root);
  expect(build.manifest.files).toEqual(['robots.txt']);
  expect(build.serverDirectory).toBe(join(root, '.isr/server'));
  expect(readBuild(join(root, '.isr'))).toEqual(build);
});

test.each(['data/terms.md', '.hidden'])('another content of the included %s is another deployment', async (path) => {
  const file = join(root, '.isr/files', path);
  const ids = [readBuild(root).manifest.deploymentId];
  for (const text of ['a', 'b']) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    ids.push(readBuild(root).manifest.deploymentId);
  }
  expect(new Set(ids).size).toBe(3);
});

test('ignores fields that a newer build adds', async () => {
  await change({ addedLater: true });
  expect(readBuild(root).manifest).not.toHaveProperty('addedLater');
});

test('a build that was never made', () => {
  const fault = faultOf(join(folder, 'nowhere'));
  expect(fault.code).toBe('BUILD_NOT_FOUND');
  expect(fault.message).toBe(
    `there is no build at '${join(folder, 'nowhere/.isr/manifest.json')}'; build the site first: ` +
      '`astro build` with the adapter cdk-isr/astro, or `isr build` for a fetch handler',
  );
});

test.each([2, undefined, '1'])('a build of contract version %s', async (version) => {
  await change({ version });
  const fault = faultOf(root);
  expect(fault.code).toBe('BUILD_VERSION_UNSUPPORTED');
  expect(fault.message).toContain('this cdk-isr reads version 1; use the same version of cdk-isr for building and');
});

describe('a malformed build', () => {
  test.each(['{', '[]', 'null', '"text"'])('manifest.json is %s', async (text) => {
    await writeFile(join(root, '.isr/manifest.json'), text);
    expect(faultOf(root)).toMatchObject({ code: 'BUILD_MALFORMED', message: expect.stringContaining('manifest.json') });
  });

  test.each([
    {
      changes: { deploymentId: 'x' },
      says: "'deploymentId' must be 16 hex digits, got 'x'; build the site again (in '",
    },
    { changes: { deploymentId: undefined }, says: 'must be 16 hex digits, got nothing' },
    { changes: { framework: null }, says: "'framework' must be an object, got null; build the site again" },
    { changes: { site: 'example.com' }, says: "must be an origin such as 'https://example.com' or null" },
    { changes: { base: 'docs' }, says: "must be a path that begins with '/', got 'docs'" },
    { changes: { trailingSlash: 'maybe' }, says: "must be one of always, never, ignore, got 'maybe'" },
    { changes: { isr: { expiration: false, allowQuery: [], tokenHashes: [], warm: ['a'] } }, says: "'isr.warm[0]'" },
    { changes: { isr: { expiration: -1, allowQuery: [], tokenHashes: [] } }, says: "'isr.expiration'" },
    { changes: { isr: { expiration: 1, allowQuery: [1], tokenHashes: [] } }, says: "'isr.allowQuery[0]'" },
    { changes: { isr: { expiration: 1, allowQuery: [], tokenHashes: ['x'] } }, says: "'isr.tokenHashes[0]'" },
    { changes: { live: {} }, says: "'live' must be a list, got {}" },
    { changes: { redirects: [{ from: '/a', to: '/b', status: 200 }] }, says: "'redirects[0].status'" },
    { changes: { prerendered: [{ path: '/a', file: '../../etc/passwd', headers: {} }] }, says: 'relative to client/' },
    { changes: { files: ['/etc/passwd'] }, says: "'files[0]'" },
  ])('$changes', async ({ changes, says }) => {
    await change(changes);
    expect(faultOf(root)).toMatchObject({ code: 'BUILD_MALFORMED', message: expect.stringContaining(says) });
  });

  test('that is wrong in many places says all of them at once', async () => {
    await change({ base: 'docs', isr: { expiration: 0, allowQuery: 7, tokenHashes: [] }, files: ['../x'] });
    expect(faultOf(root).message).toBe(
      "'base' must be a path that begins with '/', got 'docs'; 'isr.expiration' must be a whole number of seconds above 0, " +
        "or false, got 0; false keeps a page until it is revalidated; 'isr.allowQuery' must be a list, got 7; " +
        `'files[0]' must be a path relative to client/, got '../x'; build the site again (in '${join(root, '.isr/manifest.json')}')`,
    );
  });

  test.each([
    { file: 'server/index.mjs', what: 'the server module' },
    { file: 'client/about.html', what: 'the page /about' },
  ])('$file is missing', async ({ file, what }) => {
    await rm(join(root, '.isr', file));
    expect(faultOf(root)).toMatchObject({
      code: 'BUILD_MALFORMED',
      message: `'${join(root, '.isr', file)}', ${what} of the build, is missing; build the site again`,
    });
  });
});
