import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { IsrSite } from '../../lib/constructs/isr-site.ts';
import { noteFiles } from '../../lib/constructs/note-files.ts';
import { bundles, MANIFEST, newApp, writeBuild } from './fixture.ts';

beforeAll(() => bundles());

/** Synthesizes a build after somebody has put files into its `client`. */
function synthesizeWith(...files: readonly string[]) {
  const plain = { path: '/plain', file: 'plain.html', headers: {} };
  const buildDirectory = writeBuild({ live: ['/cart'], prerendered: [plain] });
  for (const file of files) {
    const path = join(buildDirectory, 'client', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `late ${file}`);
  }
  const stack = new Stack(newApp(), 'Stack');
  const site = new IsrSite(stack, 'Site', { buildDirectory });
  return { site, notes: Annotations.fromStack(stack) };
}

describe('files that come after the build', () => {
  test('make a deployment of their own', () => {
    expect(synthesizeWith().site.deploymentId).toBe(MANIFEST.deploymentId);
    expect(synthesizeWith('pagefind/pagefind.js').site.deploymentId).not.toBe(MANIFEST.deploymentId);
  });

  test('may not be where a page of the build is', () => {
    expect(() => synthesizeWith('plain/index.html')).toThrow(
      "'client/plain.html' and 'client/plain/index.html' of the build are for the same URL; remove or rename one of them",
    );
  });

  test('that are hidden or stand for a live route are told', () => {
    const { notes } = synthesizeWith('.env', 'cart/index.html');
    notes.hasWarning('*', Match.stringLikeRegexp('hidden files are not deployed, except below .well-known/: .env'));
    notes.hasWarning('*', Match.stringLikeRegexp('in the place of the live route /cart'));
  });

  test('that are too large for the function that uploads them are told', () => {
    const source = join(writeBuild(), 'client/film.webm');
    writeFileSync(source, '');
    truncateSync(source, 300 * 1024 * 1024);
    const film = { source, key: 'film.webm', contentType: 'video/webm' };
    const stack = new Stack(newApp(), 'Stack');
    const folders = { directory: '', serverDirectory: '', imageDirectory: '', clientDirectory: '' };
    const build = { ...folders, manifest: MANIFEST, hiddenFiles: [] };
    const files = { pages: [film], twins: [], assets: [], exceptions: {}, pagePaths: [], unusedTypes: [] };
    noteFiles(stack, build, files);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('video/webm have 300 MiB together'));
  });
});
