import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { IsrSite } from '../../lib/constructs/isr-site.ts';
import { noteFiles } from '../../lib/constructs/note-files.ts';
import { diskFor } from '../../lib/constructs/upload-room.ts';
import { bundles, MANIFEST, newApp, synthesize, writeBuild } from './fixture.ts';

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

  /** A build with one file of so many bytes, none of which is on the disk. */
  function buildWithFilm(mebibytes: number): string {
    const buildDirectory = writeBuild({ files: ['film.webm'], prerendered: [] });
    truncateSync(join(buildDirectory, 'client/film.webm'), mebibytes * 1024 * 1024);
    return buildDirectory;
  }
  const notesOn = (mebibytes: number, settings: { readonly uploadDiskMiB?: number }): Annotations => {
    const source = join(buildWithFilm(mebibytes), 'client/film.webm');
    const film = { source, key: 'film.webm', contentType: 'video/webm' };
    const stack = new Stack(newApp(), 'Stack');
    const folders = {
      directory: '',
      serverDirectory: '',
      imageDirectory: '',
      middlewareDirectory: '',
      includedDirectory: '',
      clientDirectory: '',
    };
    const build = { ...folders, manifest: MANIFEST, hiddenFiles: [] };
    const files = { pages: [film], twins: [], assets: [], exceptions: {}, pagePaths: [], unusedTypes: [] };
    noteFiles(stack, build, files, { uploadDiskMiB: undefined, ...settings });
    return Annotations.fromStack(stack);
  };

  test('that are too large for the function that uploads them are told', () => {
    const told = (text: string) => Match.stringLikeRegexp(`video/webm have ${text}`);
    notesOn(6000, {}).hasWarning('*', told('6000 MiB .* room for 5104; keep large files in a bucket of their own'));
    notesOn(300, { uploadDiskMiB: 512 }).hasWarning('*', told("300 MiB .* room for 240; raise 'uploadDiskMiB'"));
    notesOn(300, {}).hasNoWarning('*', Match.anyValue());
  });

  test.each([
    [200, 512],
    [300, 1024],
    [1024, 4096],
    [6000, 10_240],
  ])('of %i MiB get a disk of %i MiB', (mebibytes, diskMiB) => {
    const source = join(buildWithFilm(mebibytes), 'client/film.webm');
    expect(diskFor({ pages: [{ source, key: 'film.webm', contentType: 'video/webm' }], assets: [] })).toBe(diskMiB);
  });
});

test('the function that uploads gets the memory and the disk that the props say', () => {
  const { template } = synthesize({ uploadMemoryMiB: 3008, uploadDiskMiB: 8192 });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'index.handler',
    Runtime: Match.stringLikeRegexp('python'),
    MemorySize: 3008,
    EphemeralStorage: { Size: 8192 },
  });
  template.resourcePropertiesCountIs('AWS::Lambda::Function', { Runtime: Match.stringLikeRegexp('python') }, 1);
});
