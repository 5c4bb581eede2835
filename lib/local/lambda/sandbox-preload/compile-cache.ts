import { flushCompileCache } from 'node:module';
import { basename } from 'node:path';
import { COMPILE_CACHE_PREFIX } from './protocol.ts';

// Node has read it. One that the function's own environment names is for the handler to see.
const folder = process.env.NODE_COMPILE_CACHE ?? '';
const isOfTheStack = basename(folder).startsWith(COMPILE_CACHE_PREFIX);
if (isOfTheStack) delete process.env.NODE_COMPILE_CACHE;

/** Leaves what was compiled up to now to other sandboxes. By itself, Node does that at exit, and a sandbox is killed. */
export function keepCompiled(): void {
  if (isOfTheStack) flushCompileCache();
}
