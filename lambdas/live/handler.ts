import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import { percentDecode } from '../../lib/basics/percent-encoding.ts';
import { type InvalidatePorts, invalidate, invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { Log } from '../../lib/core/ports.ts';
import { entriesOf } from '../../lib/core/revalidation.ts';
import type { SiteContext } from '../../lib/core/site.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type LiveValues, liveVariables } from '../../lib/handover/variables.ts';
import { type ResponseHead, type StreamedHandler, send, sendStream } from '../shared/function-url.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { isFromDistribution, liveRequestOf, viewerAddressOf } from './live-request.ts';
import { isBadName, namedRevalidation } from './named-revalidation.ts';

const TOKEN_HEADER = 'x-prerender-revalidate';
/** For CDNs and for us. Viewers never get them. */
const HIDDEN_HEADERS = [TOKEN_HEADER, 'cdn-cache-control', 'vercel-cdn-cache-control', 'cache-tag', 'vercel-cache-tag'];
/** For responses that do not say it, as on hosted platforms: a browser must not guess. */
const DEFAULT_CACHE_CONTROL = 'public, max-age=0, must-revalidate';

interface LivePorts extends InvalidatePorts {
  readonly log: Log;
}

type SiteWork = Pick<SiteContext, 'revalidate' | 'waitUntil'>;

/** Live routes: every method, nothing stored, the body streamed as the site makes it. */
export function createLive(sandbox: SiteSandbox): StreamedHandler {
  const { aws, clock, log } = sandbox;
  const config = readEnvironment('the live function', liveVariables, sandbox.environment);
  const ledger = createS3LedgerStore(openS3Bucket(config.bucket, aws), clock, log);
  const ports: LivePorts = { ledger, purger: createQueuedPurger(aws, config.purgeQueueUrl), log };
  const revalidate = invalidateFromSite(config.deploymentId, ports);
  return async (event, stream) => {
    if (!isFromDistribution(event, config.originSecret)) {
      return send(stream, textHead(403), 'This function answers to its distribution alone.\n');
    }
    const request = liveRequestOf(event);
    if (request === undefined) return send(stream, textHead(400), 'The header Host names no host.\n');
    // A site would take it for text, or fail. Node's adapter answers so too.
    if (percentDecode(event.rawPath) === undefined) {
      return send(stream, textHead(400), 'The path must be one in valid percent-encoding.\n');
    }
    const pending: Promise<unknown>[] = [];
    const work: SiteWork = { revalidate, waitUntil: (each) => pending.push(each) };
    const response = await siteResponse(request, event, work, sandbox);
    const { method } = event.requestContext.http;
    const token = response.headers.get(TOKEN_HEADER);
    if (token === null) {
      await sendStream(stream, headOf(response), method === 'HEAD' ? null : response.body);
    } else {
      const body = await response.text();
      await revalidateAsNamed(token, body, request, config, ports);
      send(stream, headOf(response), method === 'HEAD' ? '' : body);
    }
    await Promise.allSettled(pending);
  };
}

async function siteResponse(
  request: Request,
  event: LambdaFunctionURLEvent,
  work: SiteWork,
  { loadSite, log }: SiteSandbox,
): Promise<Response> {
  try {
    const fetch = await loadSite();
    return await fetch(request, { kind: 'live', clientAddress: viewerAddressOf(event), ...work });
  } catch (error) {
    log('error', `${request.method} ${new URL(request.url).pathname} failed: ${reasonOf(error)}`);
    return new Response('The site failed to answer. The log of the live function says why.\n', textHead(500));
  }
}

async function revalidateAsNamed(
  token: string,
  body: string,
  request: Request,
  { allowQuery, deploymentId, tokenHashes }: LiveValues,
  ports: LivePorts,
): Promise<void> {
  const { log } = ports;
  const from = new URL(request.url).pathname;
  if (!isValidToken(token, tokenHashes)) {
    return log('warn', `ignored ${TOKEN_HEADER} in the response of ${from}: the token does not match`);
  }
  try {
    const revalidation = namedRevalidation(body, request, allowQuery);
    if (revalidation === undefined) {
      return log('warn', `${from} names no path and no tag, and the request came from no page of this site`);
    }
    await invalidate(revalidation, deploymentId, ports);
    log('info', `revalidated by ${from}`, { entries: entriesOf(revalidation) });
  } catch (error) {
    if (!isBadName(error)) throw error;
    log('warn', `${from} names what cannot be revalidated: ${error.message}`);
  }
}

function headOf(response: Response): ResponseHead & { readonly headers: Record<string, string> } {
  const shown = [...response.headers].filter(([name]) => name !== 'set-cookie' && !HIDDEN_HEADERS.includes(name));
  return {
    statusCode: response.status,
    headers: { 'cache-control': DEFAULT_CACHE_CONTROL, ...Object.fromEntries(shown) },
    cookies: response.headers.getSetCookie(),
  };
}

function textHead(
  status: number,
): ResponseHead & { readonly status: number; readonly headers: Record<string, string> } {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'private, no-store' };
  return { status, statusCode: status, headers };
}
