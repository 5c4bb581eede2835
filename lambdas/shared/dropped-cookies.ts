import type { SiteResponse } from '../../lib/core/page/page.ts';
import { type PageKey, urlPathOfPageKey } from '../../lib/core/page/page-key.ts';
import { cookieNamesIn } from '../../lib/core/policy/cookie-names.ts';
import type { Log } from '../../lib/core/ports.ts';

/** Enough for a site's pages; a sandbox lives for hours at most. */
const MAX_REMEMBERED = 1000;

/**
 * Says once for each page which cookies it sets that no viewer gets: what is stored is for everybody, and CloudFront
 * gives pages no cookies.
 */
export function createCookieWatch(log: Log): (pageKey: PageKey, response: SiteResponse) => void {
  const said = new Set<PageKey>();
  return (pageKey, { headers }) => {
    const cookies = cookieNamesIn(headers);
    if (cookies.length === 0 || said.has(pageKey) || said.size >= MAX_REMEMBERED) return;
    said.add(pageKey);
    const message =
      `the page ${urlPathOfPageKey(pageKey)} sets cookies (${cookies.join(', ')}), which viewers do not get: it is ` +
      "rendered for each request and not stored; list its route in 'exclude' if they need them, else do not set them";
    log('warn', message, { pageKey, cookies });
  };
}
