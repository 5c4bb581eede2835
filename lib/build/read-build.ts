import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { IsrError, reasonOf } from '../basics/errors.ts';
import { clientFilesIn, namesOf, type OutputFolder, strayFiles } from './client-files.ts';
import { contentHashOf, shortHashOf } from './content-hash.ts';
import type { Manifest } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';

export const BUILD_FOLDER = '.isr';

/** A build on disk that was checked. */
export interface Build {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Holds `index.mjs`, the site's one server module. */
  readonly serverDirectory: string;
  /** Holds `index.mjs`, which makes images, when the manifest has `images`. */
  readonly imageDirectory: string;
  /** Holds `index.mjs`, which runs before pages, when the manifest has `middleware`. */
  readonly middlewareDirectory: string;
  /** Holds the files that the server reads at run time, each at its path from the root of the project. May be absent. */
  readonly includedDirectory: string;
  /** May be absent for a site without files. */
  readonly clientDirectory: string;
  /** Hidden files in it, which are not deployed. */
  readonly hiddenFiles: readonly string[];
}

/**
 * Reads `.isr/` in `directory`, which may also be the `.isr` folder itself. What is in it now counts, whatever was there
 * when the site was built: another content is another deployment.
 *
 * @throws IsrError BUILD_NOT_FOUND, BUILD_VERSION_UNSUPPORTED or BUILD_MALFORMED
 */
export function readBuild(directory: string): Build {
  const root = resolve(directory);
  const folder = basename(root) === BUILD_FOLDER ? root : join(root, BUILD_FOLDER);
  const file = join(folder, 'manifest.json');
  const built = parseManifest(readText(file), file);
  const serverDirectory = join(folder, 'server');
  const clientDirectory = join(folder, 'client');
  requireFile(join(serverDirectory, 'index.mjs'), 'the server module');
  const imageDirectory = join(folder, 'image');
  if (built.images !== undefined) requireFile(join(imageDirectory, 'index.mjs'), 'the image service');
  const middlewareDirectory = join(folder, 'middleware');
  if (built.middleware !== undefined) requireFile(join(middlewareDirectory, 'index.mjs'), 'the middleware');
  for (const page of built.prerendered) requireFile(join(clientDirectory, page.file), `the page ${page.path}`);
  if (built.output !== undefined) refuseStrayFiles(built.output, folder, statSync(file).mtimeMs);
  const { files, hidden } = clientFilesIn(clientDirectory);
  return {
    directory: folder,
    manifest: withFiles(built, files, folder),
    serverDirectory,
    imageDirectory,
    middlewareDirectory,
    includedDirectory: join(folder, 'files'),
    clientDirectory,
    hiddenFiles: hidden,
  };
}

function withFiles(built: Manifest, found: readonly string[], folder: string): Manifest {
  const pages = new Set(built.prerendered.map((page) => page.file));
  const files = found.filter((file) => !pages.has(file));
  const contentHash = contentHashOf(folder);
  const isAsListed = files.length === built.files.length && files.every((file) => built.files.includes(file));
  // A build that does not say what its content was can be told from another by its files alone.
  const isUnchanged = built.contentHash === undefined ? isAsListed : contentHash === built.contentHash;
  const deploymentId = isUnchanged ? built.deploymentId : shortHashOf([built.deploymentId, contentHash]);
  return { ...built, deploymentId, files: isAsListed ? built.files : files };
}

function refuseStrayFiles(output: OutputFolder, folder: string, writtenAt: number): void {
  const stray = strayFiles(output, dirname(folder), join(folder, 'client'), writtenAt);
  if (stray.length === 0) return;
  const { directory } = output;
  throw new IsrError(
    'BUILD_MALFORMED',
    `${stray.length} files in '${directory}' are not deployed, since they are newer than the build: ${namesOf(stray)}; ` +
      `let the step that writes them work on '${BUILD_FOLDER}/client' (pagefind --site ${BUILD_FOLDER}/client), or remove ` +
      `'${directory}' if it belongs to another build`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) {
      throw new IsrError(
        'BUILD_NOT_FOUND',
        `there is no build at '${file}'; build the site first: \`astro build\` with the adapter cdk-isr/astro, ` +
          'or `isr build` for a fetch handler',
        { cause },
      );
    }
    throw new IsrError('BUILD_MALFORMED', `cannot read '${file}': ${reasonOf(cause)}`, { cause });
  }
}

function requireFile(file: string, what: string): void {
  if (existsSync(file)) return;
  throw new IsrError('BUILD_MALFORMED', `'${file}', ${what} of the build, is missing; build the site again`);
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
}
