import { inject } from 'vitest';
import type { BuildName } from './builds.ts';

/** The folder of a build that all tests of a run share and none may change. Waits until it is made. */
export async function built(name: BuildName): Promise<string> {
  const response = await fetch(`${inject('buildsUrl')}/${name}`);
  const { folder, error } = (await response.json()) as { folder?: string; error?: string };
  if (folder === undefined) throw new Error(`cannot build '${name}' for the tests: ${error}`);
  return folder;
}
