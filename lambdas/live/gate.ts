import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import { percentDecode } from '../../lib/basics/percent-encoding.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import { canonicalPath } from '../../lib/core/page/canonical-path.ts';
import { type PageKey, pageKeyOf, type QueryParameter, ruleBrokenBy } from '../../lib/core/page/page-key.ts';
import { normalizePath } from '../../lib/core/page/url-path.ts';
import { NOT_STORED } from '../../lib/core/policy/edge-cache-control.ts';
import { passedThrough, type ServedPage } from '../../lib/core/policy/served-page.ts';
import { type ServePorts, servePage } from '../../lib/core/serve-page.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type GateValues, gateVariables } from '../../lib/handover/variables.ts';
import { liveRoutesOf, pagesBehindMiddleware } from '../shared/live-routes.ts';
import { openPages, type Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { openSiteAddress, siteUrlOf } from '../shared/site-address.ts';
import type { LiveAnswer } from './live-head.ts';

/** The default export of the module that the site names. */
type SiteMiddleware = (request: Request, next: () => Promise<Response>) => Response | Promise<Response>;

/** What stands before the pages of some folders. */
export interface Gate {
  covers(request: Request): boolean;
  /** `bySite`: what a live route answers. The answer is for this viewer alone. */
  answer(request: Request, bySite: () => Promise<LiveAnswer>): Promise<LiveAnswer>;
}

/** For CDNs: of an answer for one viewer, none of them may say anything. */
const CACHING_HEADERS = ['cdn-cache-control', 'vercel-cdn-cache-control', 'expires'];
/** https://fetch.spec.whatwg.org/#null-body-status */
const STATUSES_WITHOUT_BODY = [204, 205, 304];

export function createGate(sandbox: SiteSandbox): Gate {
  const isCovered = pagesBehindMiddleware(sandbox);
  let answerPage: PageAnswer | undefined;
  return {
    covers({ url }) {
      const { pathname } = new URL(url);
      const key = pageKeyOf(pathname);
      return isCovered(pathname) || ('pageKey' in key && isCovered(key.pageKey));
    },
    async answer(request, bySite) {
      answerPage ??= createPageAnswer(sandbox);
      const page = answerPage;
      const next = () => page(request, async () => (await bySite()).response);
      return { response: await throughMiddleware(request, next, sandbox), hint: undefined, seen: undefined };
    },
  };
}

/** Middleware that fails lets nobody in. */
async function throughMiddleware(
  request: Request,
  next: () => Promise<Response>,
  { assetModule, log }: SiteSandbox,
): Promise<Response> {
  try {
    const { default: run } = await assetModule<{ readonly default: SiteMiddleware }>('middleware/index.mjs');
    const response = await run(request, next);
    if (!(response instanceof Response))
      throw new TypeError('it answered no Response; return next() or one of its own');
    return forThisViewer(response);
  } catch (error) {
    log('error', `the middleware failed at ${new URL(request.url).pathname}: ${reasonOf(error)}`);
    return textResponse(500, 'The middleware failed. The log of the live function says why.');
  }
}

function forThisViewer(response: Response): Response {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const name of CACHING_HEADERS) headers.delete(name);
  headers.set('cache-control', NOT_STORED);
  return new Response(response.body, { status, statusText, headers });
}

type PageAnswer = (request: Request, bySite: () => Promise<Response>) => Promise<Response>;

/** Answers as serve would. The render gets the page's own request, never the viewer's. */
function createPageAnswer(sandbox: SiteSandbox): PageAnswer {
  const config = readEnvironment('the live function', gateVariables, sandbox.environment);
  const pages = openPages(config, sandbox);
  const options = { ...pages.options, hasQueryVariants: config.allowQuery.length > 0 };
  const ports = portsOf(config, pages, sandbox);
  const isLiveRoute = liveRoutesOf(sandbox);
  return async (request, bySite) => {
    const { pathname, search } = new URL(request.url);
    const named = pageKeyOf(pathname, ownParameters(search, config.allowQuery), config);
    if ('fault' in named) return textResponse(400, `The address must be one ${ruleBrokenBy(named.fault)}.`);
    if (isLiveRoute(named.pageKey)) return bySite();
    if (request.method !== 'GET' && request.method !== 'HEAD') return onlyRead();
    const path = normalizePath(pathname);
    const canonical = canonicalPath(path, config.trailingSlash);
    if (canonical !== path) return new Response(null, { status: 301, headers: { location: canonical + search } });
    const draft = draftTokenOf(request);
    const isDraft = draft !== undefined && isValidToken(draft, config.tokenHashes);
    return responseOf(
      isDraft ? await draftOf(named.pageKey, draft, ports) : await servePage(named.pageKey, options, ports),
    );
  };
}

function portsOf(config: GateValues, pages: Pages, { aws }: SiteSandbox): ServePorts {
  const { ledger } = pages;
  const purger = createQueuedPurger(aws, config.purgeQueueUrl);
  // Not the name that the viewer asked for: a page is rendered for all.
  const siteUrl = siteUrlOf(config.siteUrl, openSiteAddress(pages.bucket));
  const bySite = invalidateFromSite(config.deploymentId, { ledger, purger });
  return { ...pages.portsFor(siteUrl, bySite), jobs: createJobQueue(aws, config.jobsQueueUrl, config.deploymentId) };
}

async function draftOf(pageKey: PageKey, token: string, { renderer }: ServePorts): Promise<ServedPage> {
  return passedThrough(await renderer.render(pageKey, token), 'draft');
}

function draftTokenOf({ headers }: Request): string | undefined {
  return /(?:^|;\s*)__prerender_bypass=([^;]*)/.exec(headers.get('cookie') ?? '')?.[1];
}

/** As the edge function reads them. */
function ownParameters(search: string, allowQuery: readonly string[]): readonly QueryParameter[] {
  const pairs = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '');
  const parameters = pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return { name, value: value.join('=') };
  });
  return parameters.filter(({ name }) => allowQuery.includes(percentDecode(name.replaceAll('+', ' ')) ?? name));
}

function responseOf({ status, headers, body }: ServedPage): Response {
  return new Response(STATUSES_WITHOUT_BODY.includes(status) ? null : new Uint8Array(body), { status, headers });
}

function onlyRead(): Response {
  const response = textResponse(405, 'Pages answer GET and HEAD only.');
  response.headers.set('allow', 'GET, HEAD');
  return response;
}

function textResponse(status: number, text: string): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': NOT_STORED };
  return new Response(`${text}\n`, { status, headers });
}
