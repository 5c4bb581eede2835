import { type PageKey, pathOfPageKey } from '../../lib/core/page/page-key.ts';
import type { SiteSandbox } from './sandbox.ts';

/**
 * Whether a page key is that of a live route. CloudFront compares paths as they are written, so `/%61pi/x` may come here
 * as if it were a page.
 */
export function liveRoutesOf({ assetJson }: SiteSandbox): (pageKey: PageKey) => boolean {
  const sources = assetJson<readonly string[]>('live.json', []);
  let patterns: readonly RegExp[] | undefined;
  return (pageKey) => {
    patterns ??= sources().map((source) => new RegExp(source));
    const path = decodeURIComponent(pathOfPageKey(pageKey));
    return patterns.some((pattern) => pattern.test(path));
  };
}
