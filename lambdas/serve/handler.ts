import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import { NOT_STORED, STALE_PAGE_SECONDS } from '../../lib/core/policy/edge-cache-control.ts';
import { onlyForThisViewer, passedThrough, type ServedPage, stalePage } from '../../lib/core/policy/served-page.ts';
import { type RevalidatePorts, revalidate } from '../../lib/core/revalidate.ts';
import { type ServePorts, servePage } from '../../lib/core/serve-page.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type ResponseStream, type StreamedHandler, send } from '../shared/function-url.ts';
import { openPages, type Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { readServeConfig, type ServeConfig } from './config.ts';
import { type PageRequest, parsePageRequest } from './page-request.ts';

/** The first origin of every page. Errors are let out: CloudFront then asks S3. */
export function createServe(sandbox: SiteSandbox): StreamedHandler {
  const config = readServeConfig(sandbox.environment);
  const pages = openPages(config, sandbox);
  const portsFor = createPorts(config, pages, sandbox);
  return async (event, stream) => {
    const request = parsePageRequest(event);
    if ('problem' in request) return refuse(stream, request.status, request.problem);
    const ports = portsFor(config.siteUrl ?? `https://${request.host}`);
    answer(event, stream, await pageFor(request, config, pages, ports));
  };
}

function createPorts(config: ServeConfig, pages: Pages, { aws }: SiteSandbox): (siteUrl: string) => RevalidatePorts {
  const purger = createQueuedPurger(aws, config.purgeQueueUrl);
  const jobs = createJobQueue(aws, config.jobsQueueUrl, config.deploymentId);
  const hasQueryVariants = config.allowQuery.length > 0;
  const revalidateBySite = invalidateFromSite(config.deploymentId, { ledger: pages.ledger, purger });
  return (siteUrl) => ({ ...pages.portsFor(siteUrl, revalidateBySite), jobs, purger, hasQueryVariants });
}

async function pageFor(
  request: PageRequest,
  { deploymentId, tokenHashes }: ServeConfig,
  pages: Pages,
  ports: RevalidatePorts,
): Promise<ServedPage> {
  if (request.deploymentId !== deploymentId) return fromOtherDeployment(request, pages, ports);
  const { draftToken } = request;
  if (isValidToken(draftToken, tokenHashes)) return draft(request.key, draftToken, ports);
  if (request.revalidationToken === undefined) return servePage(request.key, ports);
  if (isValidToken(request.revalidationToken, tokenHashes)) return revalidated(request.key, deploymentId, ports);
  ports.log('warn', 'ignored x-prerender-revalidate: the token does not match', { pageKey: request.key });
  return servePage(request.key, ports);
}

async function revalidated(key: PageKey, deploymentId: string, ports: RevalidatePorts): Promise<ServedPage> {
  const result = await revalidate({ pages: [key], tags: [], prefixes: [], all: false }, deploymentId, ports);
  const page = onlyForThisViewer(await servePage(key, ports));
  ports.log('info', 'revalidated by request header', { pageKey: key, outcome: result.pages[0]?.outcome });
  if (page.headers['x-isr-cache'] !== 'HIT') return page;
  return { ...page, headers: { ...page.headers, 'x-isr-cache': 'REVALIDATED' } };
}

async function draft(key: PageKey, token: string | undefined, ports: ServePorts): Promise<ServedPage> {
  return passedThrough(await ports.renderer.render(key, token), 'draft');
}

/**
 * While a deployment switches, the edge may still ask for pages of the one before. What is stored is served; what is
 * not is rendered by this build, and so must not be stored as a page of that one.
 */
async function fromOtherDeployment(
  { key, deploymentId }: PageRequest,
  pages: Pages,
  ports: ServePorts,
): Promise<ServedPage> {
  const page = await pages.pagesOf(deploymentId).read(key);
  if (page !== undefined) return stalePage(key, page, STALE_PAGE_SECONDS, 'other-deployment');
  return passedThrough(await ports.renderer.render(key), 'other-deployment');
}

function answer(event: LambdaFunctionURLEvent, stream: ResponseStream, page: ServedPage): void {
  const { etag } = page.headers;
  const isUnchanged = page.status === 200 && etag !== undefined && namesEtag(event.headers['if-none-match'], etag);
  const body = isUnchanged || event.requestContext.http.method === 'HEAD' ? '' : page.body;
  send(stream, { statusCode: isUnchanged ? 304 : page.status, headers: page.headers }, body);
}

/** RFC 9110, section 13.1.2: weak comparison. */
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
