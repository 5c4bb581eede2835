import { type PageKey, pathOfPageKey } from '../../lib/core/page/page-key.ts';
import { assetJson } from './asset-json.ts';

const sources = assetJson<readonly string[]>('live.json', []);
let patterns: readonly RegExp[] | undefined;

/**
 * Whether the site says that this path is never stored. CloudFront compares paths as they are written, so a live route
 * written in another way, `/%61pi/x`, may come here as if it were a page.
 */
export function isLiveRoute(key: PageKey): boolean {
  patterns ??= sources().map((source) => new RegExp(source));
  const path = decodeURIComponent(pathOfPageKey(key));
  return patterns.some((pattern) => pattern.test(path));
}
