import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import { keepAtEdge } from '../../lib/core/keep-at-edge.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import { keptByEdge, NOT_STORED, STALE_PAGE_SECONDS } from '../../lib/core/policy/edge-cache-control.ts';
import { onlyForThisViewer, passedThrough, type ServedPage, stalePage } from '../../lib/core/policy/served-page.ts';
import { readFreshness, readPageAndLedger } from '../../lib/core/read-freshness.ts';
import type { RenderPorts } from '../../lib/core/render-page.ts';
import { type RevalidateOptions, type RevalidatePorts, revalidate } from '../../lib/core/revalidate.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type ServeValues, serveVariables } from '../../lib/handover/variables.ts';
import { type ResponseStream, type StreamedHandler, send } from '../shared/function-url.ts';
import { pagesBehindMiddleware } from '../shared/live-routes.ts';
import { openPages, type Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { type PageRequest, parsePageRequest, type RefusedRequest } from './page-request.ts';

const ELSEWHERE: RefusedRequest = { status: 404, problem: 'This page has another address.' };

/** The first origin of every page. It lets errors out, and CloudFront then asks S3. */
export function createServe(sandbox: SiteSandbox): StreamedHandler {
  const config = readEnvironment('the serve function', serveVariables, sandbox.environment);
  const pages = openPages(config, sandbox);
  const options = { ...pages.options, hasQueryVariants: config.allowQuery.length > 0 };
  const portsFor = createPorts(config, pages, sandbox);
  const isBehindMiddleware = pagesBehindMiddleware(sandbox);
  return async (event, stream) => {
    const request = parsePageRequest(event);
    if ('problem' in request) return refuse(event, stream, request);
    // The edge function lets none of them through. What Astro decodes more often than that function does comes here.
    if (isBehindMiddleware(request.pageKey)) return refuse(event, stream, ELSEWHERE);
    const ports = portsFor(config.siteUrl ?? `https://${request.host}`);
    respond(event, stream, await pageFor(request, config.tokenHashes, options, ports));
  };
}

interface ServePagePorts extends RevalidatePorts {
  readonly pagesOf: Pages['pagesOf'];
}

function createPorts(config: ServeValues, pages: Pages, { aws }: SiteSandbox): (siteUrl: string) => ServePagePorts {
  const { ledger, pagesOf } = pages;
  const purger = createQueuedPurger(aws, config.purgeQueueUrl);
  const jobs = createJobQueue(aws, config.jobsQueueUrl, config.deploymentId);
  const revalidateBySite = invalidateFromSite(config.deploymentId, { ledger, purger });
  const announced = pages.announcedPurges(config.purgeQueueUrl);
  return (siteUrl) => ({ ...pages.portsFor(async () => siteUrl, revalidateBySite), jobs, purger, announced, pagesOf });
}

async function pageFor(
  request: PageRequest,
  tokenHashes: readonly string[],
  options: RevalidateOptions,
  ports: ServePagePorts,
): Promise<ServedPage> {
  const { pageKey, draftToken, revalidationToken } = request;
  // What a token asks for does not depend on the deployment that the edge names: the ledger is of all.
  if (isValidToken(draftToken, tokenHashes)) return draft(pageKey, draftToken, ports);
  if (isValidToken(revalidationToken, tokenHashes)) return revalidated(pageKey, options, ports);
  if (revalidationToken !== undefined) {
    ports.log('warn', 'ignored x-prerender-revalidate: the token does not match', { pageKey });
  }
  const isOfOther = request.deploymentId !== options.deploymentId;
  return isOfOther ? fromOtherDeployment(request, options, ports) : servePage(pageKey, options, ports);
}

async function revalidated(pageKey: PageKey, options: RevalidateOptions, ports: ServePagePorts): Promise<ServedPage> {
  const { pages } = await revalidate({ pages: [pageKey], tags: [], prefixes: [], all: false }, options, ports);
  const page = onlyForThisViewer(await servePage(pageKey, options, ports));
  ports.log('info', 'revalidated by request header', { pageKey, outcome: pages[0]?.outcome });
  if (page.headers['x-isr-cache'] !== 'HIT') return page;
  return { ...page, headers: { ...page.headers, 'x-isr-cache': 'REVALIDATED' } };
}

async function draft(pageKey: PageKey, token: string | undefined, { renderer }: RenderPorts): Promise<ServedPage> {
  return passedThrough(await renderer.render(pageKey, token), 'draft');
}

/**
 * While a deployment switches, the edge may still ask for pages of the one before. What is stored is served. What is not,
 * or was revalidated since, is the page of this deployment: it must not be stored as one of that.
 */
async function fromOtherDeployment(
  { pageKey, deploymentId }: PageRequest,
  options: RevalidateOptions,
  ports: ServePagePorts,
): Promise<ServedPage> {
  const begun = ports.clock.now();
  const others = { ledger: ports.ledger, clock: ports.clock, pages: ports.pagesOf(deploymentId) };
  const seen = await readPageAndLedger(pageKey, others);
  const freshness = await readFreshness(seen, others);
  const isTooStale = freshness.kind === 'expired' && freshness.isTooStale;
  if (seen.page !== undefined && freshness.kind !== 'invalidated' && !isTooStale) {
    const stale = stalePage(seen.page, STALE_PAGE_SECONDS, 'other-deployment');
    return keepAtEdge(stale, seen.page.isPrerendered ? undefined : seen.page, begun, others);
  }
  return onlyForThisViewer(await servePage(pageKey, options, ports));
}

/**
 * Always the whole page: what CloudFront does with a copy's tags when it is told 304 is not documented, and a copy
 * without them is one that no revalidation reaches. Browsers get their 304 from CloudFront.
 */
function respond(event: LambdaFunctionURLEvent, stream: ResponseStream, page: ServedPage): void {
  const body = event.requestContext.http.method === 'HEAD' ? '' : page.body;
  send(stream, { statusCode: page.status, headers: page.headers }, body);
}

function refuse(
  event: LambdaFunctionURLEvent,
  stream: ResponseStream,
  { status, problem, keptSeconds }: RefusedRequest,
): void {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': keptSeconds === undefined ? NOT_STORED : keptByEdge(keptSeconds),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  };
  respond(event, stream, { status, headers, body: Buffer.from(`${problem}\n`) });
}
