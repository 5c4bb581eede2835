import { fileURLToPath } from 'node:url';

/** `dist/lambdas`. This module may be in `lib/constructs` or in `dist/lib/constructs`. */
export const BUNDLES = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/lambdas/' : '../../lambdas/', import.meta.url),
);
