import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import { NOT_STORED, STALE_PAGE_SECONDS } from '../../lib/core/policy/edge-cache-control.ts';
import { onlyForThisViewer, passedThrough, type ServedPage, stalePage } from '../../lib/core/policy/served-page.ts';
import type { RenderPorts } from '../../lib/core/render-page.ts';
import { type RevalidateOptions, type RevalidatePorts, revalidate } from '../../lib/core/revalidate.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type ServeValues, serveVariables } from '../../lib/handover/variables.ts';
import { type ResponseStream, type StreamedHandler, send } from '../shared/function-url.ts';
import { openPages, type Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { type PageRequest, parsePageRequest } from './page-request.ts';

/** The first origin of every page. It lets errors out, and CloudFront then asks S3. */
export function createServe(sandbox: SiteSandbox): StreamedHandler {
  const config = readEnvironment('the serve function', serveVariables, sandbox.environment);
  const pages = openPages(config, sandbox);
  const options = { ...pages.options, hasQueryVariants: config.allowQuery.length > 0 };
  const portsFor = createPorts(config, pages, sandbox);
  return async (event, stream) => {
    const request = parsePageRequest(event);
    if ('problem' in request) return refuse(stream, request.status, request.problem);
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
  return (siteUrl) => ({ ...pages.portsFor(siteUrl, revalidateBySite), jobs, purger, pagesOf });
}

async function pageFor(
  request: PageRequest,
  tokenHashes: readonly string[],
  options: RevalidateOptions,
  ports: ServePagePorts,
): Promise<ServedPage> {
  const { pageKey, draftToken, revalidationToken } = request;
  if (request.deploymentId !== options.deploymentId) return fromOtherDeployment(request, ports);
  if (isValidToken(draftToken, tokenHashes)) return draft(pageKey, draftToken, ports);
  if (revalidationToken === undefined) return servePage(pageKey, options, ports);
  if (isValidToken(revalidationToken, tokenHashes)) return revalidated(pageKey, options, ports);
  ports.log('warn', 'ignored x-prerender-revalidate: the token does not match', { pageKey });
  return servePage(pageKey, options, ports);
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
 * While a deployment switches, the edge may still ask for pages of the one before. A stored page is served. Another one is
 * rendered by this build, so it must not be stored as a page of that deployment.
 */
async function fromOtherDeployment(
  { pageKey, deploymentId }: PageRequest,
  { pagesOf, renderer }: ServePagePorts,
): Promise<ServedPage> {
  const page = await pagesOf(deploymentId).read(pageKey);
  if (page !== undefined) return stalePage(page, STALE_PAGE_SECONDS, 'other-deployment');
  return passedThrough(await renderer.render(pageKey), 'other-deployment');
}

function respond(event: LambdaFunctionURLEvent, stream: ResponseStream, page: ServedPage): void {
  const { etag } = page.headers;
  const isUnchanged = page.status === 200 && etag !== undefined && namesEtag(event.headers['if-none-match'], etag);
  const body = isUnchanged || event.requestContext.http.method === 'HEAD' ? '' : page.body;
  send(stream, { statusCode: isUnchanged ? 304 : page.status, headers: page.headers }, body);
}

/** By weak comparison, as RFC 9110 wants it in section 13.1.2. */
function namesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const strong = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === '*' || strong(tag) === strong(etag));
}

function refuse(stream: ResponseStream, statusCode: number, problem: string): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': NOT_STORED };
  send(
    stream,
    { statusCode, headers: statusCode === 405 ? { ...headers, allow: 'GET, HEAD' } : headers },
    `${problem}\n`,
  );
}
