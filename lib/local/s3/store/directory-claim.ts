import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IsrError } from '../../../basics/errors.ts';

/**
 * Notes that this process writes to a directory, and throws INVALID_CONFIGURATION when another one does: two of them would
 * take each other's files for what a crash left behind.
 *
 * @returns the function that gives the directory free
 */
export function claimDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'process.pid');
  const owner = ownerIn(path);
  if (owner !== undefined && owner !== process.pid && isRunning(owner)) {
    const remedy = `stop it, or delete ${path} if that process is another program`;
    throw new IsrError(
      'INVALID_CONFIGURATION',
      `the objects in ${directory} are in use by process ${owner}; ${remedy}`,
    );
  }
  writeFileSync(path, String(process.pid));
  return () => rmSync(path, { force: true });
}

function ownerIn(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(id: number): boolean {
  try {
    // Signal 0 asks only whether it could be sent.
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
