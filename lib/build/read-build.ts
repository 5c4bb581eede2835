import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { IsrError, reasonOf } from '../basics/errors.ts';
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
  /** May be absent for a site without files. */
  readonly clientDirectory: string;
}

/**
 * Reads `.isr/` in `directory`, which may also be the `.isr` folder itself.
 *
 * @throws IsrError BUILD_NOT_FOUND, BUILD_VERSION_UNSUPPORTED or BUILD_MALFORMED
 */
export function readBuild(directory: string): Build {
  const root = resolve(directory);
  const folder = basename(root) === BUILD_FOLDER ? root : join(root, BUILD_FOLDER);
  const file = join(folder, 'manifest.json');
  const manifest = parseManifest(readText(file), file);
  const serverDirectory = join(folder, 'server');
  const clientDirectory = join(folder, 'client');
  requireFile(join(serverDirectory, 'index.mjs'), 'the server module');
  const imageDirectory = join(folder, 'image');
  if (manifest.images !== undefined) requireFile(join(imageDirectory, 'index.mjs'), 'the image service');
  for (const page of manifest.prerendered) requireFile(join(clientDirectory, page.file), `the page ${page.path}`);
  return { directory: folder, manifest, serverDirectory, imageDirectory, clientDirectory };
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
