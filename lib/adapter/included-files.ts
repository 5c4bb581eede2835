import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { Faults, type Given } from '../basics/faults.ts';
import { isHidden, namesOf } from '../build/client-files.ts';
import { FUNCTION_FILES, type IncludedFile, isFunctionFile, MAX_FUNCTION_BYTES } from '../build/included-files.ts';
import { BUILD_FOLDER } from '../build/read-build.ts';

/** Paths of files and folders, as the user wrote them: relative to the root of the project. */
export interface Inclusion {
  readonly includeFiles: readonly string[];
  readonly excludeFiles: readonly string[];
}

interface SizedFile extends IncludedFile {
  readonly bytes: number;
}

/** The server, the function's own code and what a deployment writes beside them. */
const OWN_BYTES = 10 * 1024 * 1024;
const MAX_BYTES = MAX_FUNCTION_BYTES - OWN_BYTES;
const NAMED = 'a file or a folder of the project';

/**
 * The files that the server reads at run time. A folder stands for all below it but hidden files; a link for what it
 * leads to.
 *
 * @throws IsrError INVALID_OPTION, naming every fault at once
 */
export function includedFilesOf(root: string, { includeFiles, excludeFiles }: Inclusion): readonly IncludedFile[] {
  const faults = new Faults('the options');
  const given = faults.in(undefined).at('includeFiles', includeFiles);
  const excluded = excludeFiles.map((path) => pathFrom(root, path));
  const found = includeFiles.flatMap((path, index) => filesOf(root, given.at(index, path), excluded));
  // Two of the paths may lead to one file.
  const files = [...new Map(found.map((file) => [file.path, file])).values()];
  refuseTooMuch(files, given.instead(`${files.length} files`));
  return faults.accept(files, 'INVALID_OPTION', (sentences) => `${sentences} (at the adapter of astro.config)`);
}

function pathFrom(root: string, path: string): string {
  return relative(root, resolve(root, path)).split(sep).join('/');
}

function filesOf(root: string, given: Given, excluded: readonly string[]): readonly SizedFile[] {
  const path = pathFrom(root, String(given.value));
  const source = join(root, path);
  const fault = placeFaultOf(path, source);
  if (fault !== undefined) {
    given.mustBe(NAMED, fault);
    return [];
  }
  const files = walk({ path, source }, { given, excluded, folders: [] });
  const isEmptied = excluded.some((each) => isWithin(each, path) || isWithin(path, each));
  if (files.length === 0 && !isEmptied)
    given.mustBe(NAMED, `'${source}' has no file but hidden ones; name those themselves`);
  return files;
}

function placeFaultOf(path: string, source: string): string | undefined {
  if (path === '') return 'name what the server reads, not the whole project';
  if (path === '..' || path.startsWith('../')) {
    return `'${source}' is outside of it; copy into the project what is elsewhere, since the server finds a file by its path from there`;
  }
  if (isWithin(path, BUILD_FOLDER)) return `each build replaces '${BUILD_FOLDER}'; name the file that it was made from`;
  if (isFunctionFile(path)) {
    return `the functions have files of their own by the names ${FUNCTION_FILES.join(', ')}; move it to a folder of another name`;
  }
  return statsOf(source) === undefined ? missing(source, path) : undefined;
}

function missing(source: string, path: string): string {
  const remedy = /[*?{[]/.test(path)
    ? 'patterns are not read, so name the folder: all files below it are taken'
    : 'paths are relative to the root of the project';
  return `there is nothing at '${source}'; ${remedy}`;
}

interface Walk {
  readonly given: Given;
  readonly excluded: readonly string[];
  /** The real paths of the folders around, by which a link that leads to one of them is known. */
  readonly folders: readonly string[];
}

function walk(place: IncludedFile, { given, excluded, folders }: Walk): readonly SizedFile[] {
  const { path, source } = place;
  if (excluded.some((each) => isWithin(path, each))) return [];
  const stats = statsOf(source);
  if (stats?.isFile()) return [{ ...place, bytes: stats.size }];
  const real = stats?.isDirectory() ? realpathSync(source) : undefined;
  if (real === undefined || folders.includes(real)) {
    const what = real === undefined ? 'is neither a file nor a folder' : 'is a link to a folder that it is in';
    given.mustBe(NAMED, `'${source}' ${what}; remove it, or list it in excludeFiles`);
    return [];
  }
  const inside: Walk = { given, excluded, folders: [...folders, real] };
  return readdirSync(source)
    .filter((name) => !isHidden(name))
    .flatMap((name) => walk({ path: `${path}/${name}`, source: join(source, name) }, inside));
}

function statsOf(source: string): Stats | undefined {
  try {
    return statSync(source);
  } catch {
    // Not there, or a link that leads nowhere or to itself.
    return undefined;
  }
}

function refuseTooMuch(files: readonly SizedFile[], given: Given): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= MAX_BYTES) return;
  const largest = files.toSorted((a, b) => b.bytes - a.bytes).map((file) => `${file.path} (${mebibytes(file.bytes)})`);
  given.mustBe(
    `at most ${mebibytes(MAX_BYTES)} of files`,
    `a Lambda function has at most ${mebibytes(MAX_FUNCTION_BYTES)} with its code, and these are ${mebibytes(bytes)}: ` +
      `${namesOf(largest)}; put large files into a bucket, and read them from there`,
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
