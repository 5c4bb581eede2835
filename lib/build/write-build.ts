import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { clientFilesIn } from './client-files.ts';
import { contentHashOf, shortHashOf } from './content-hash.ts';
import { copyIncludedFiles, type IncludedFile } from './included-files.ts';
import { CONTRACT_VERSION, type Manifest } from './manifest.ts';
import { BUILD_FOLDER, type Build, readBuild } from './read-build.ts';

/** The part of the manifest that a framework knows. The rest is made from the files. */
export type ManifestDraft = Omit<Manifest, 'version' | 'deploymentId' | 'contentHash' | 'files'>;

export interface BuildParts {
  /** The folder that gets `.isr/`. An older one is replaced in one step. */
  readonly root: string;
  readonly manifest: ManifestDraft;
  /** The source of `server/index.mjs`. */
  readonly server: string;
  /** The source of `image/index.mjs`, when the manifest has `images`. */
  readonly imageService?: string | undefined;
  /** The source of `middleware/index.mjs`, when the manifest has `middleware`. */
  readonly middleware?: string | undefined;
  /** Folder of the files to copy; none when absent. */
  readonly client?: string;
  /** Files that the server reads at run time. */
  readonly included?: readonly IncludedFile[];
}

/** Writes `.isr/` in one step: readers see the old build or the new one, never half of one. */
export async function writeBuild(parts: BuildParts): Promise<Build> {
  const root = resolve(parts.root);
  await mkdir(root, { recursive: true });
  const draft = await mkdtemp(join(root, `${BUILD_FOLDER}-new-`));
  try {
    // Temporary folders are private, but others must be able to deploy the build.
    await chmod(draft, 0o755);
    await mkdir(join(draft, 'server'));
    await mkdir(join(draft, 'client'));
    await writeFile(join(draft, 'server/index.mjs'), parts.server);
    await writeModule(draft, 'image', parts.imageService);
    await writeModule(draft, 'middleware', parts.middleware);
    if (parts.client !== undefined) await copyFiles(parts.client, join(draft, 'client'));
    await copyIncludedFiles(parts.included ?? [], join(draft, 'files'));
    const manifest = completeManifest(parts.manifest, draft);
    await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await replaceFolder(join(root, BUILD_FOLDER), draft);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return readBuild(root);
}

async function writeModule(draft: string, folder: string, source: string | undefined): Promise<void> {
  if (source === undefined) return;
  await mkdir(join(draft, folder));
  await writeFile(join(draft, folder, 'index.mjs'), source);
}

/** Links as what they lead to: nothing else can be uploaded. */
async function copyFiles(source: string, target: string): Promise<void> {
  await cp(source, target, { recursive: true, dereference: true });
}

/** The sorted paths of all files below a folder, relative to it and with `/`. Empty if there is no folder. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

function completeManifest(draft: ManifestDraft, folder: string): Manifest {
  const pages = new Set(draft.prerendered.map((page) => page.file));
  const { files } = clientFilesIn(join(folder, 'client'));
  const content = { ...draft, contentHash: contentHashOf(folder), files: files.filter((file) => !pages.has(file)) };
  const deploymentId = shortHashOf([CONTRACT_VERSION, content]);
  return { version: CONTRACT_VERSION, deploymentId, ...content };
}

// A folder cannot be renamed to the name of one that has files. So the old one is renamed first, and renamed back if the
// new one cannot take its place.
async function replaceFolder(target: string, draft: string): Promise<void> {
  if (!existsSync(target)) return rename(draft, target);
  const aside = `${draft}-old`;
  await rename(target, aside);
  try {
    await rename(draft, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}
