import type { SiteResponse } from '../../lib/core/page/page.ts';
import { sentenceOfMiddleware, sentenceOfReads } from '../../lib/core/page/viewer-reads.ts';
import type { Log } from '../../lib/core/ports.ts';
import type { SiteReads } from '../../lib/core/site.ts';
import { createLogOnce } from './log-once.ts';

/** Says once for each route what its page asked to know of the viewer, and once what middleware asks for every page. */
export function createReadsLog(log: Log): (reads: SiteReads) => void {
  const logOnce = createLogOnce(log);
  return ({ route, page, middleware }) => {
    if (page.length > 0) {
      const reads = { route, names: page };
      logOnce('warn', `the page at ${route} ${sentenceOfReads(reads)}`, { route, viewerReads: page });
    }
    if (middleware.length > 0) logOnce('warn', sentenceOfMiddleware(middleware), { viewerReads: middleware });
  };
}

/** For the facts of the page: what middleware asks for every page says nothing of this one. */
export function pageReadsOf(reads: SiteReads | undefined): Pick<SiteResponse, 'viewerReads'> {
  if (reads === undefined || reads.page.length === 0) return {};
  return { viewerReads: { route: reads.route, names: reads.page } };
}
