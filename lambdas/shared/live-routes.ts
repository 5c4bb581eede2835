import { matchText, type PatternPart } from '../../lib/basics/text-pattern.ts';
import { isBehindMiddleware } from '../../lib/core/page/gated-pages.ts';
import { type PageKey, requestPathOfPageKey } from '../../lib/core/page/page-key.ts';
import type { SiteSandbox } from './sandbox.ts';

/** Of a path that is encoded more often, Astro says 400. */
const MAX_DECODINGS = 11;

/**
 * Whether a page key is that of a live route. CloudFront compares paths as they are written, so `/%61pi/x` may come here
 * as if it were a page.
 */
export function liveRoutesOf({ assetJson }: SiteSandbox): (pageKey: PageKey) => boolean {
  const patterns = assetJson<readonly (readonly PatternPart[])[]>('live.json', []);
  return (pageKey) => {
    const path = decodedAsByAstro(requestPathOfPageKey(pageKey, 'ignore'));
    return patterns().some((parts) => matchText(parts, path) !== undefined);
  };
}

/** Whether a page key, or a path, is one that the live function alone may answer, since middleware stands before it. */
export function pagesBehindMiddleware({ assetJson }: SiteSandbox): (pathOrKey: string) => boolean {
  const folders = assetJson<readonly string[]>('behind-middleware.json', []);
  return (pathOrKey) => folders().length > 0 && isBehindMiddleware(decodedAsByAstro(pathOrKey), folders());
}

/** Astro decodes until nothing changes, and leaves `%2F` as it is: https://github.com/withastro/astro (core/util/pathname). */
function decodedAsByAstro(path: string): string {
  let decoded = path;
  for (let i = 0; i < MAX_DECODINGS; i++) {
    const next = decodedOnce(decoded);
    if (next === decoded) return decoded;
    decoded = next;
  }
  return decoded;
}

function decodedOnce(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
