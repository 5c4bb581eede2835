import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { IsrError } from '../basics/errors.ts';

/** What is in a folder of files that a site is served from. Paths are relative to it, with `/`, and sorted. */
export interface ClientFiles {
  readonly files: readonly string[];
  /** Not served: `.env`, `.DS_Store`, `.git/config`. */
  readonly hidden: readonly string[];
}

const MOST_NAMED = 5;

/** @throws IsrError BUILD_MALFORMED for what is neither a file nor a folder */
export function clientFilesIn(folder: string): ClientFiles {
  if (!existsSync(folder)) return { files: [], hidden: [] };
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => ({
    path: relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'),
    isFile: entry.isFile(),
    isFolder: entry.isDirectory(),
  }));
  const others = entries.filter(({ path, isFile, isFolder }) => !isFile && !isFolder && !isHidden(path));
  if (others.length > 0) {
    const named = namesOf(others.map(({ path }) => path));
    throw new IsrError(
      'BUILD_MALFORMED',
      `'${folder}' has what is neither a file nor a folder: ${named}; put the files themselves in the place of links`,
    );
  }
  const paths = entries.filter(({ isFile }) => isFile).map(({ path }) => path);
  return { files: paths.filter((path) => !isHidden(path)).sort(), hidden: paths.filter(isHidden).sort() };
}

/** As web servers know them, @astrojs/node's among them: https://www.rfc-editor.org/rfc/rfc8615 is the exception. */
export function isHidden(path: string): boolean {
  const segments = path.split('/');
  return segments.slice(segments[0] === '.well-known' ? 1 : 0).some((segment) => segment.startsWith('.'));
}

/** "a, b, c, d, e and 7 more" */
export function namesOf(names: readonly string[]): string {
  const others = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return names.slice(0, MOST_NAMED).join(', ') + others;
}

/** Where the framework put the site before it was copied into `.isr/client`. */
export interface OutputFolder {
  /** Relative to the root of the project: `dist`. */
  readonly directory: string;
  /** Files in it that were there when the build was done, and that are not for viewers. */
  readonly others: readonly string[];
}

/** Files for viewers are in its `client`. A tool may put some beside that, as if there were no such folder. */
const CLIENT = 'client/';
const SERVER = 'server/';

export function filesBeside(directory: string, client: ReadonlySet<string>): readonly string[] {
  const { files } = clientFilesIn(directory);
  return files.filter((file) => !file.startsWith(SERVER) && !client.has(withoutClient(file)));
}

/**
 * Files in the framework's folder that are not deployed, because a later step put them there or changed them.
 *
 * @param writtenAt epoch milliseconds at which the build was written
 */
export function strayFiles(
  { directory, others }: OutputFolder,
  root: string,
  clientDirectory: string,
  writtenAt: number,
): readonly string[] {
  const output = join(root, directory);
  const { files } = clientFilesIn(output);
  const isDeployed = (file: string): boolean => {
    const deployed = join(clientDirectory, withoutClient(file));
    return existsSync(deployed) && !isChanged(join(output, file), deployed, writtenAt);
  };
  return files.filter((file) => !file.startsWith(SERVER) && !others.includes(file) && !isDeployed(file));
}

function isChanged(file: string, deployed: string, writtenAt: number): boolean {
  const { mtimeMs } = statSync(file);
  return mtimeMs > writtenAt && !readFileSync(file).equals(readFileSync(deployed));
}

function withoutClient(file: string): string {
  return file.startsWith(CLIENT) ? file.slice(CLIENT.length) : file;
}
