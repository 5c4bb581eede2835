import type { LedgerSummary } from '../../lib/core/ledger/ledger-summary.ts';
import type { LiveLedger } from '../../lib/core/live-ledger.ts';
import { pageKeyOf } from '../../lib/core/page/page-key.ts';
import { ASK_EACH_TIME } from '../../lib/core/policy/browser-cache-control.ts';
import { BROWSER_CACHE_CONTROL_HEADER } from '../../lib/core/policy/browser-cache-control-header.ts';
import { type LiveCaching, liveCacheHeaders, liveCachingOf } from '../../lib/core/policy/live-caching.ts';
import { tagsOf } from '../../lib/core/policy/storability.ts';
import { validatorsOf } from '../../lib/core/policy/validators.ts';
import type { Clock, Log } from '../../lib/core/ports.ts';
import { CACHE_TAG_HEADER, edgeTagsOfPage } from '../../lib/core/purge/edge-tags.ts';
import type { CacheHint } from '../../lib/core/site.ts';
import type { ResponseHead } from '../shared/function-url.ts';

export const TOKEN_HEADER = 'x-prerender-revalidate';
/** For CDNs and for us. Viewers never get them. */
const HIDDEN_HEADERS = new Set([
  ...[TOKEN_HEADER, 'cdn-cache-control', 'vercel-cdn-cache-control', 'cache-tag', 'vercel-cache-tag', 'set-cookie'],
  ...[CACHE_TAG_HEADER, BROWSER_CACHE_CONTROL_HEADER],
]);

/** What the site answered, and what the ledger was before; `undefined` where the answer is for one viewer alone. */
export interface LiveAnswer {
  readonly response: Response;
  readonly hint: CacheHint | false | undefined;
  readonly seen: LedgerSummary | undefined;
}

export interface LiveHeadPorts {
  readonly liveLedger: LiveLedger;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

type Head = ResponseHead & { readonly headers: Record<string, string> };

/** Status and headers of a live response, with what the edge has to know to keep it and to purge it. */
export function createLiveHead(ports: LiveHeadPorts): (request: Request, answer: LiveAnswer) => Promise<Head> {
  return async (request, answer) => {
    const { response, hint } = answer;
    const tags = edgeTagsFor(request, response, hint);
    const caching = await cachingOf(request, answer, tags, ports);
    const shown = [...response.headers].filter(([name]) => !HIDDEN_HEADERS.has(name));
    const said = response.headers.get('cache-control') ?? ASK_EACH_TIME;
    return {
      statusCode: response.status,
      headers: {
        ...Object.fromEntries(shown),
        ...validatorsOf(response.headers, hint),
        ...liveCacheHeaders(caching, response.status, said),
        ...(caching.kind === 'kept' && tags !== undefined ? { [CACHE_TAG_HEADER]: edgeTagsOfPage(tags) } : {}),
      },
      cookies: response.headers.getSetCookie(),
    };
  };
}

type Tagged = Parameters<typeof edgeTagsOfPage>[0];

/** `undefined` for a path that no revalidation could name. */
function edgeTagsFor(request: Request, { headers }: Response, hint: LiveAnswer['hint']): Tagged | undefined {
  const key = pageKeyOf(new URL(request.url).pathname);
  return 'fault' in key ? undefined : { pageKey: key.pageKey, tags: tagsOf({ headers, hint }) };
}

async function cachingOf(
  request: Request,
  { response, hint, seen }: LiveAnswer,
  tagged: Tagged | undefined,
  { liveLedger, clock, log }: LiveHeadPorts,
): Promise<LiveCaching> {
  const { status, headers } = response;
  // It names what to revalidate, which is not done yet.
  const isRevalidation = headers.has(TOKEN_HEADER);
  const caching = liveCachingOf({ status, headers, hint }, request, clock.now());
  if (caching.kind === 'kept') {
    const isOvertaken = tagged === undefined || isRevalidation || (await liveLedger.isOvertaken(tagged, seen));
    return isOvertaken ? { kind: 'passed' } : caching;
  }
  if (caching.obstacle !== undefined) {
    log('warn', `the edge does not keep ${new URL(request.url).pathname} (${caching.obstacle}), though it says so`);
  }
  return caching;
}
