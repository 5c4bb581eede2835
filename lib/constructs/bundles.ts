import { fileURLToPath } from 'node:url';

/** `dist/lambdas`, seen from the sources as well as from `dist/lib/constructs`. */
export const BUNDLES = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/lambdas/' : '../../lambdas/', import.meta.url),
);
