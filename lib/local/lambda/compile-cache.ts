import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILE_CACHE_PREFIX } from './sandbox-preload/protocol.ts';

let folder: string | undefined;

/**
 * The folder where sandboxes leave what they compiled for those that start later: half the CPU of a cold start. It goes
 * with this process. See https://nodejs.org/api/module.html#module-compile-cache.
 */
export function compileCacheFolder(): string {
  folder ??= createFolder();
  return folder;
}

// A new one: in a folder that others may write to, they could leave code of theirs.
function createFolder(): string {
  const created = mkdtempSync(join(tmpdir(), COMPILE_CACHE_PREFIX));
  process.once('exit', () => rmSync(created, { recursive: true, force: true }));
  return created;
}
