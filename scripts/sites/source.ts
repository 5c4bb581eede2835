import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.ts';
import type { SiteData } from './data.ts';

/** Puts the files of the site into `project`, from the folder `given`, or else from its repository. */
export async function fetchSite(site: SiteData, project: string, given: string | undefined): Promise<void> {
  await mkdir(project, { recursive: true });
  if (given === undefined) await cloneInto(site, project);
  else await copyFrom(site, given, project);
  for (const { file, from, to } of site.edits) await edit(join(project, file), from, to);
}

async function copyFrom({ name }: SiteData, folder: string, project: string): Promise<void> {
  // Variants of one template share its folder: `starlight-server` is made from `starlight`.
  const [found] = [name, name.split('-')[0] ?? name].map((each) => join(folder, each)).filter(existsSync);
  if (found === undefined)
    throw new Error(`${folder} has no folder '${name}'; name a folder that has, or leave out --from`);
  await cp(found, project, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|dist|\.astro|\.git)$/.test(path),
  });
}

/** Only the commit, and of it only the folder. */
async function cloneInto({ repository, commit, folder }: SiteData, project: string): Promise<void> {
  const clone = `${project}.clone`;
  await rm(clone, { recursive: true, force: true });
  await mkdir(clone, { recursive: true });
  const git = (...argv: readonly string[]) => run('git', argv, clone);
  await git('init', '--quiet');
  if (folder !== '') await git('sparse-checkout', 'set', folder);
  await git('fetch', '--quiet', '--depth', '1', '--filter=blob:none', repository, commit);
  await git('checkout', '--quiet', 'FETCH_HEAD');
  await cp(join(clone, folder), project, { recursive: true, filter: (path) => !path.endsWith('/.git') });
  await rm(clone, { recursive: true, force: true });
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no '${from}' to edit`);
  await writeFile(
    path,
    text.replaceAll(from, () => to),
  );
}
