// Bundled into the CloudFront function too: see page-key.ts for what its language lacks.
import type { TrailingSlash } from '../site.ts';
import { isFilePath, isInternalPath } from './url-path.ts';

/** As Astro does: https://github.com/withastro/astro/blob/main/packages/astro/src/core/routing/trailing-slash-handler.ts */
export function canonicalPath(path: string, trailingSlash: TrailingSlash): string {
  if (path === '/' || isInternalPath(path)) return path;
  const single = path.replace(/\/{2,}$/, trailingSlash === 'never' ? '' : '/') || '/';
  if (single !== path || trailingSlash === 'ignore') return single;
  const hasSlash = path.charAt(path.length - 1) === '/';
  if (trailingSlash === 'never') return hasSlash ? path.slice(0, -1) : path;
  return hasSlash || isFilePath(path) ? path : `${path}/`;
}
