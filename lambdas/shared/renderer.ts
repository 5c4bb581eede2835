import type { SiteResponse } from '../../lib/core/page/page.ts';
import { type PageKey, pathOfPageKey, queryOfPageKey, requestPathOfPageKey } from '../../lib/core/page/page-key.ts';
import type { Renderer } from '../../lib/core/ports.ts';
import { type RenderLimit, withinTime } from '../../lib/core/render-page.ts';
import type { CacheHint, SiteContext, SiteReads, TrailingSlash } from '../../lib/core/site.ts';
import { decodeResponse } from './decode-response.ts';
import { liveRoutesOf } from './live-routes.ts';
import type { SiteSandbox } from './sandbox.ts';
import { createReadsLog, pageReadsOf } from './viewer-reads-log.ts';

export interface RendererOptions {
  /** The canonical origin, `https://example.com`. Asked before each render. */
  readonly siteUrl: () => Promise<string>;
  readonly trailingSlash: TrailingSlash;
  readonly limit: RenderLimit;
  readonly revalidate: NonNullable<SiteContext['revalidate']>;
}

/** A page is for everybody, so no viewer's address may get into it. */
const NOBODYS_ADDRESS = '127.0.0.1';

/** Renders from the canonical URL and the page key alone: no viewer can put anything into a page that others see. */
export function createRenderer(sandbox: SiteSandbox): (options: RendererOptions) => Renderer {
  const isLiveRoute = liveRoutesOf(sandbox);
  const logReads = createReadsLog(sandbox.log);
  return (options) => ({
    render: (pageKey, draftToken) => {
      const work = async (signal: AbortSignal): Promise<SiteResponse> => {
        const isLive = isLiveRoute(pageKey);
        // Only what may be stored is for all viewers.
        const onViewerReads = isLive || draftToken !== undefined ? undefined : logReads;
        const response = await render(pageKey, draftToken, { ...options, onViewerReads, signal }, sandbox);
        return isLive ? { ...response, hint: false } : response;
      };
      return withinTime(options.limit, pathOfPageKey(pageKey), work, sandbox.startTimer);
    },
  });
}

interface RenderOptions extends RendererOptions {
  readonly signal: AbortSignal;
  readonly onViewerReads: ((reads: SiteReads) => void) | undefined;
}

async function render(
  pageKey: PageKey,
  draftToken: string | undefined,
  options: RenderOptions,
  { loadSite }: SiteSandbox,
): Promise<SiteResponse> {
  const { onViewerReads, signal } = options;
  const [fetch, siteUrl] = await Promise.all([loadSite(), options.siteUrl()]);
  // The cookie by which a site knows draft mode, as on Vercel: https://vercel.com/docs/draft-mode
  const draft = draftToken === undefined ? {} : { cookie: `__prerender_bypass=${draftToken}` };
  const request = new Request(urlOf(pageKey, siteUrl, options), { headers: { accept: '*/*', ...draft }, signal });
  const pending: Promise<unknown>[] = [];
  let hint: CacheHint | false | undefined;
  let reads: SiteReads | undefined;
  const response = await fetch(request, {
    kind: 'page',
    clientAddress: NOBODYS_ADDRESS,
    revalidate: options.revalidate,
    waitUntil: (work) => pending.push(work),
    onCacheHint: (given) => {
      hint = given;
    },
    ...(onViewerReads === undefined
      ? {}
      : {
          onViewerReads: (given) => {
            reads = given;
            onViewerReads(given);
          },
        }),
  });
  const body = new Uint8Array(await response.arrayBuffer());
  await Promise.allSettled(pending);
  return { status: response.status, ...decodeResponse(response.headers, body), hint, ...pageReadsOf(reads) };
}

function urlOf(pageKey: PageKey, siteUrl: string, { trailingSlash }: RendererOptions): URL {
  const query = queryOfPageKey(pageKey);
  return new URL(requestPathOfPageKey(pageKey, trailingSlash) + (query === '' ? '' : `?${query}`), siteUrl);
}
