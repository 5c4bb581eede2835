import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { PropertyReader } from '../cloudformation/property-reader.ts';
import { contentTypeOf } from './content-types.ts';
import type { BucketFile } from './object-upload.ts';

/** A folder of the assembly, and what stands for texts known only once the stack exists. */
export interface DeploymentSource {
  readonly directory: string;
  readonly markers: Readonly<Record<string, string>>;
}

export interface DeploymentSettings {
  readonly prefix: string;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** The objects that a `Custom::CDKBucketDeployment` puts into its bucket. A later source wins over an earlier one. */
export async function deploymentFiles(
  sources: readonly DeploymentSource[],
  settings: DeploymentSettings,
): Promise<readonly BucketFile[]> {
  const files = new Map<string, BucketFile>();
  for (const { directory, markers } of sources) {
    for (const path of await pathsIn(directory)) {
      if (!isSelected(path, settings)) continue;
      const key = joinKey(settings.prefix, path);
      const headers = { 'content-type': contentTypeOf(path), ...settings.headers };
      files.set(key, { key, headers, body: replaceMarkers(await readFile(join(directory, path)), markers) });
    }
  }
  return [...files.values()];
}

const SYSTEM_METADATA = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** The headers that the `SystemMetadata` and `UserMetadata` of a deployment become. */
export function metadataHeaders(properties: PropertyReader): Readonly<Record<string, string>> {
  const system = Object.entries(properties.stringMap('SystemMetadata')).map(([name, value]) => {
    const header = name.toLowerCase();
    if (SYSTEM_METADATA.includes(header)) return [header, value] as const;
    throw new Error(`SystemMetadata '${name}' is not emulated; use one of ${SYSTEM_METADATA.join(', ')}`);
  });
  const user = Object.entries(properties.stringMap('UserMetadata')).map(
    ([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value] as const,
  );
  return Object.fromEntries([...system, ...user]);
}

export function joinKey(prefix: string, path: string): string {
  const folder = prefix.replace(/\/+$/, '');
  return folder === '' ? path : `${folder}/${path}`;
}

async function pathsIn(directory: string): Promise<readonly string[]> {
  const isDirectory = (await stat(directory)).isDirectory();
  if (!isDirectory) throw new Error(`${directory} is an archive; only folders (Source.asset of a folder) are emulated`);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => relative(directory, file).split(sep).join('/')).sort();
}

// https://docs.aws.amazon.com/cli/latest/reference/s3/#use-of-exclude-and-include-filters: the last match wins, and
// the deployment's Lambda passes all of Exclude before all of Include.
function isSelected(path: string, { exclude, include }: DeploymentSettings): boolean {
  if (include.some((pattern) => glob(pattern).test(path))) return true;
  return !exclude.some((pattern) => glob(pattern).test(path));
}

/** `*` and `?` take slashes too; `[a]` and `[!a]` are sets. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

function replaceMarkers(body: Buffer, markers: Readonly<Record<string, string>>): Buffer {
  if (!Object.keys(markers).some((marker) => body.includes(marker))) return body;
  // Latin-1 keeps every byte: the file need not be text.
  const replaced = Object.entries(markers).reduce(
    (text, [marker, value]) => text.replaceAll(bytes(marker), () => bytes(value)),
    body.toString('latin1'),
  );
  return Buffer.from(replaced, 'latin1');
}

function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
