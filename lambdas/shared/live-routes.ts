import { matchText, type PatternPart } from '../../lib/basics/text-pattern.ts';
import { type PageKey, pathOfPageKey } from '../../lib/core/page/page-key.ts';
import type { SiteSandbox } from './sandbox.ts';

/**
 * Whether a page key is that of a live route. CloudFront compares paths as they are written, so `/%61pi/x` may come here
 * as if it were a page.
 */
export function liveRoutesOf({ assetJson }: SiteSandbox): (pageKey: PageKey) => boolean {
  const patterns = assetJson<readonly (readonly PatternPart[])[]>('live.json', []);
  return (pageKey) => {
    const path = decodeURIComponent(pathOfPageKey(pageKey));
    return patterns().some((parts) => matchText(parts, path) !== undefined);
  };
}
