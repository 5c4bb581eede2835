import type { SiteAnswer } from '../../lib/core/page/page.ts';
import { isFilePath, type PageKey, pathOfPageKey, queryOfPageKey } from '../../lib/core/page/page-key.ts';
import type { Renderer } from '../../lib/core/ports.ts';
import { withinTime } from '../../lib/core/render-page.ts';
import type { CacheHint, SiteContext, TrailingSlash } from '../../lib/core/site.ts';
import { liveRoutesOf } from './live-routes.ts';
import type { SiteSandbox } from './sandbox.ts';

export interface SiteOptions {
  /** The canonical origin, `https://example.com`. */
  readonly siteUrl: string;
  readonly trailingSlash: TrailingSlash;
  readonly renderTimeoutMs: number;
  readonly revalidate: NonNullable<SiteContext['revalidate']>;
}

/** Pages are everybody's: no viewer's address may get into one. */
const NOBODYS_ADDRESS = '127.0.0.1';

/** Renders from canonical URL and page key alone, so that no viewer can put anything into a page that others see. */
export function createRenderer(sandbox: SiteSandbox): (options: SiteOptions) => Renderer {
  const isLiveRoute = liveRoutesOf(sandbox);
  return (options) => ({
    render: (key, draftToken) => {
      const work = async (signal: AbortSignal): Promise<SiteAnswer> => {
        const answer = await render(key, draftToken, options, signal, sandbox);
        return isLiveRoute(key) ? { ...answer, hint: false } : answer;
      };
      return withinTime(options.renderTimeoutMs, pathOfPageKey(key), work, sandbox.startTimer);
    },
  });
}

async function render(
  key: PageKey,
  draftToken: string | undefined,
  options: SiteOptions,
  signal: AbortSignal,
  { loadSite }: SiteSandbox,
): Promise<SiteAnswer> {
  const fetch = await loadSite();
  // The cookie by which a site knows draft mode, as on Vercel: https://vercel.com/docs/draft-mode
  const draft = draftToken === undefined ? {} : { cookie: `__prerender_bypass=${draftToken}` };
  const request = new Request(urlOf(key, options), { headers: { accept: '*/*', ...draft }, signal });
  const pending: Promise<unknown>[] = [];
  let hint: CacheHint | false | undefined;
  const response = await fetch(request, {
    kind: 'page',
    clientAddress: NOBODYS_ADDRESS,
    revalidate: options.revalidate,
    waitUntil: (work) => pending.push(work),
    onCacheHint: (given) => {
      hint = given;
    },
  });
  const body = new Uint8Array(await response.arrayBuffer());
  await Promise.allSettled(pending);
  return { status: response.status, headers: response.headers, body, hint };
}

function urlOf(key: PageKey, { siteUrl, trailingSlash }: SiteOptions): URL {
  const path = pathOfPageKey(key);
  const slash = trailingSlash === 'always' && path !== '/' && !isFilePath(path) ? '/' : '';
  const query = queryOfPageKey(key);
  return new URL(path + slash + (query === '' ? '' : `?${query}`), siteUrl);
}
