import type { SiteResponse } from '../../lib/core/page/page.ts';
import { sentenceOfMiddleware, sentenceOfReads } from '../../lib/core/page/viewer-reads.ts';
import type { Log } from '../../lib/core/ports.ts';
import type { SiteReads } from '../../lib/core/site.ts';

/** So that a site with very many routes does not fill the memory. */
const MAX_SAID = 1000;

/** Says once for each route what its page asked to know of the viewer, and once what middleware asks for every page. */
export function createReadsLog(log: Log): (reads: SiteReads) => void {
  const said = new Set<string>();
  const sayOnce = (sentence: string, details: Readonly<Record<string, unknown>>): void => {
    if (said.has(sentence) || said.size >= MAX_SAID) return;
    said.add(sentence);
    log('warn', sentence, details);
  };
  return ({ route, page, middleware }) => {
    if (page.length > 0) {
      const reads = { route, names: page };
      sayOnce(`the page at ${route} ${sentenceOfReads(reads)}`, { route, viewerReads: page });
    }
    if (middleware.length > 0) sayOnce(sentenceOfMiddleware(middleware), { viewerReads: middleware });
  };
}

/** For the facts of the page: what middleware asks for every page says nothing of this one. */
export function pageReadsOf(reads: SiteReads | undefined): Pick<SiteResponse, 'viewerReads'> {
  if (reads === undefined || reads.page.length === 0) return {};
  return { viewerReads: { route: reads.route, names: reads.page } };
}
