import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { includedFilesOf } from '../../lib/adapter/included-files.ts';
import { IsrError } from '../../lib/basics/errors.ts';

let folder: string;
let root: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isr-included-'));
  root = join(folder, 'project');
  const files = ['data/terms.md', 'data/de/terms.md', 'data/.cache/a', '.secrets', 'site/a.md', 'Live.json', '.isr/x'];
  for (const file of [...files, 'hidden/.a', '../elsewhere/rates.json', 'a file #1?.txt']) await write(file);
  await symlink('../../elsewhere', await placeFor('linked/outside'));
  await symlink('../data/terms.md', await placeFor('linked/terms.md'));
  await symlink('nowhere', await placeFor('broken/link'));
  await symlink('..', await placeFor('circle/inside/back'));
  await mkdir(join(root, 'none'));
  await truncate(await write('large/film.webm'), 230 * 1024 * 1024);
  await truncate(await write('large/song.opus'), 11 * 1024 * 1024);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function placeFor(file: string): Promise<string> {
  const place = join(root, file);
  await mkdir(dirname(place), { recursive: true });
  return place;
}

async function write(file: string): Promise<string> {
  const place = await placeFor(file);
  await writeFile(place, file);
  return place;
}

const pathsOf = (includeFiles: readonly string[], excludeFiles: readonly string[] = []) =>
  includedFilesOf(root, { includeFiles, excludeFiles })
    .map(({ path }) => path)
    .toSorted();

function faultOf(...includeFiles: string[]): string {
  try {
    return `accepted: ${pathsOf(includeFiles)}`;
  } catch (error) {
    if (error instanceof IsrError && error.code === 'INVALID_OPTION') return error.message;
    throw error;
  }
}

test.each([
  { include: ['data/terms.md'], paths: ['data/terms.md'] },
  { include: ['./data/terms.md', 'data/../data/terms.md'], paths: ['data/terms.md'] },
  { include: ['./data/'], paths: ['data/de/terms.md', 'data/terms.md'] },
  { include: ['data'], exclude: ['./data/de'], paths: ['data/terms.md'] },
  { include: ['data'], exclude: ['data/de/terms.md', '../away'], paths: ['data/terms.md'] },
  { include: ['data/terms.md'], exclude: ['data'], paths: [] },
  { include: ['.secrets', 'data/.cache/a'], paths: ['.secrets', 'data/.cache/a'] },
  { include: ['a file #1?.txt'], paths: ['a file #1?.txt'] },
  { include: ['linked'], paths: ['linked/outside/rates.json', 'linked/terms.md'] },
  {
    include: ['broken', 'circle', 'data/terms.md'],
    exclude: ['broken/link', 'circle/inside'],
    paths: ['data/terms.md'],
  },
  { include: ['large'], exclude: ['large/song.opus'], paths: ['large/film.webm'] },
])('$include without $exclude are $paths', ({ include, exclude, paths }) => {
  expect(pathsOf(include, exclude)).toEqual(paths);
});

test('a path of the machine is taken when it is in the project', () => {
  expect(pathsOf([join(root, 'data/de')])).toEqual(['data/de/terms.md']);
});

describe('what the server could not find is an error that names it', () => {
  test.each([
    { path: 'dta/terms.md', says: "there is nothing at '<root>/dta/terms.md'; paths are relative to the root" },
    { path: 'data/**/*.md', says: 'patterns are not read, so name the folder: all files below it are taken' },
    { path: 'data/terms.md/x', says: "there is nothing at '<root>/data/terms.md/x'" },
    { path: '../elsewhere/rates.json', says: 'is outside of it; copy into the project what is elsewhere' },
    { path: '/etc/hostname', says: "'/etc/hostname' is outside of it" },
    { path: '.', says: 'name what the server reads, not the whole project' },
    { path: '.isr/x', says: "each build replaces '.isr'" },
    { path: 'site/a.md', says: 'files of their own by the names index.mjs, live.json' },
    { path: 'Live.json', says: 'move it to a folder of another name' },
    { path: 'hidden', says: "'<root>/hidden' has no file but hidden ones; name those themselves" },
    { path: 'none', says: "'<root>/none' has no file" },
    {
      path: 'broken',
      says: "'<root>/broken/link' is neither a file nor a folder; remove it, or list it in excludeFiles",
    },
    { path: 'broken/link', says: "there is nothing at '<root>/broken/link'" },
    { path: 'circle', says: "'<root>/circle/inside/back' is a link to a folder that it is in" },
  ])('$path', ({ path, says }) => {
    const fault = faultOf('data', path);
    expect(fault).toContain(`'includeFiles[1]' must be a file or a folder of the project, got '${path}'; `);
    expect(fault).toContain(says.replace('<root>', root));
    expect(fault).toContain('(at the adapter of astro.config)');
  });

  test('together with all others', () => {
    expect(faultOf('nothing', '../x')).toMatch(/includeFiles\[0\].*; 'includeFiles\[1\]'/);
  });
});

test('more than a function may have is refused, with the largest first', () => {
  expect(faultOf('data', 'large')).toContain(
    "'includeFiles' must be at most 240 MiB of files, got '4 files'; a Lambda function has at most 250 MiB with its code, " +
      'and these are 242 MiB: large/film.webm (230 MiB), large/song.opus (11 MiB), data/',
  );
});
