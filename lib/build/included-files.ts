import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clientFilesIn } from './client-files.ts';

/** A file that the site's code reads at run time, by its path from the working directory. */
export interface IncludedFile {
  /** From the root of the project, with `/`. */
  readonly path: string;
  readonly source: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (deployment package, unzipped) */
export const MAX_FUNCTION_BYTES = 250 * 1024 * 1024;

/** What stands at the top of the folder of a function that runs the site. Included files are beside it. */
export const FUNCTION_FILES: readonly string[] = [
  'index.mjs',
  'live.json',
  'prerendered.json',
  'sessions.json',
  'site',
  'warm.json',
  'webhooks',
  'webhooks.json',
];

/** Where file systems do not tell `Site` from `site`, neither may be there. */
export function isFunctionFile(path: string): boolean {
  const [first = ''] = path.split('/');
  return FUNCTION_FILES.includes(first.toLowerCase());
}

export async function copyIncludedFiles(files: readonly IncludedFile[], folder: string): Promise<void> {
  for (const { path, source } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    const isProgram = ((await stat(source)).mode & 0o100) !== 0;
    // On Lambda another user reads it than the one that owns it.
    await chmod(target, isProgram ? 0o755 : 0o644);
  }
}

/** Paths of the included files of a build, sorted. Hidden ones count: somebody named them. */
export function includedFilesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const { files, hidden } = clientFilesIn(folder);
  return [...files, ...hidden].sort();
}
