import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { MemoryBodies } from './bodies.ts';
import { openChangeLog } from './change-log.ts';
import { FileBodies } from './file-bodies.ts';
import { ObjectStore } from './object-store.ts';

/**
 * The objects that an earlier run left in the directory, or none. Without a directory they are forgotten at the end.
 * Throws INVALID_CONFIGURATION when another process writes there.
 */
export function openObjectStore(clock: Clock, directory: string | undefined): ObjectStore {
  if (directory === undefined) return new ObjectStore({ clock, bodies: new MemoryBodies() });
  const bodies = new FileBodies(join(directory, 'bodies'));
  const { log, restored } = openChangeLog(directory, bodies);
  return new ObjectStore({ clock, bodies, log }, restored);
}
