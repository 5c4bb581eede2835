import { cpSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A package on disk, and the name under which it is imported. */
interface InstalledPackage {
  readonly name: string;
  readonly folder: string;
}

export interface SharpPackages {
  /** sharp, what it imports, and its binaries for the functions, as far as they are installed. */
  readonly installed: readonly InstalledPackage[];
  /** What is not installed: `@img/sharp-linux-arm64@0.35.5`. */
  readonly missing: readonly string[];
}

interface PackageJson {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Sources to compile, which nothing at run time reads. */
const NOT_NEEDED = ['src', 'install', 'node_modules'];

/**
 * Finds sharp among the packages of a project: its own, else Astro's, else those of the CDK app.
 *
 * @param platform of the functions: `linux-arm64`, for glibc
 * @param withOthers takes along the binaries of other processors that are installed, such as that of this machine
 */
export function findSharp(project: string, platform: string, withOthers = false): SharpPackages {
  const astro = findPackage('astro', project);
  const places = [project, ...(astro === undefined ? [] : [astro]), process.cwd()];
  const sharp = places.map((place) => findPackage('sharp', place)).find((folder) => folder !== undefined);
  if (sharp === undefined) return { installed: [], missing: ['sharp'] };
  const { optionalDependencies = {} } = packageJsonOf(sharp);
  const binaries = [`@img/sharp-${platform}`, `@img/sharp-libvips-${platform}`];
  const wanted = withOthers ? Object.keys(optionalDependencies) : binaries;
  const found = new Map([...binaries, ...wanted].map((name) => [name, findPackage(name, sharp)]));
  return {
    installed: [
      ...withDependencies({ name: 'sharp', folder: sharp }),
      ...[...found].flatMap(([name, folder]) => (folder === undefined ? [] : [{ name, folder }])),
    ],
    missing: binaries
      .filter((name) => found.get(name) === undefined)
      .map((name) => `${name}@${optionalDependencies[name] ?? 'latest'}`),
  };
}

/** Copies them to where a module in `folder` finds them. */
export function copySharp({ installed }: SharpPackages, folder: string): void {
  for (const { name, folder: source } of installed) {
    cpSync(source, join(folder, 'node_modules', name), {
      recursive: true,
      filter: (path) => !NOT_NEEDED.some((each) => path === join(source, each)),
    });
  }
}

/** What to type for packages of another processor. npm would put them in place of this machine's own without --force. */
export function installCommand(missing: readonly string[]): string {
  if (missing.includes('sharp')) return 'npm install sharp';
  return `npm install --no-save --force ${missing.join(' ')}`;
}

function withDependencies(root: InstalledPackage): InstalledPackage[] {
  const found = new Map([[root.name, root.folder]]);
  for (const folder of found.values()) {
    for (const name of Object.keys(packageJsonOf(folder).dependencies ?? {})) {
      const dependency = found.has(name) ? undefined : findPackage(name, folder);
      if (dependency !== undefined) found.set(name, dependency);
    }
  }
  return [...found].map(([name, folder]) => ({ name, folder }));
}

/** The folder of a package as Node would find it from `place`, whatever the package exports. */
function findPackage(name: string, place: string): string | undefined {
  const folders = createRequire(join(place, 'package.json')).resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json')));
  return found === undefined ? undefined : realpathSync(found);
}

function packageJsonOf(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

/** The project of a build, which holds it in `.isr`. */
export function projectOf(buildDirectory: string): string {
  return dirname(buildDirectory);
}
