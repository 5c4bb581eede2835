import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { createS3SessionStore, type SessionStoreOptions } from '../../lib/aws/session-store.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import { percentDecode } from '../../lib/basics/percent-encoding.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { type InvalidatePorts, invalidate, invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { LedgerSummary } from '../../lib/core/ledger/ledger-summary.ts';
import { createLiveLedger } from '../../lib/core/live-ledger.ts';
import { mayBeShared } from '../../lib/core/policy/live-caching.ts';
import type { Log } from '../../lib/core/ports.ts';
import { entriesOf } from '../../lib/core/revalidation.ts';
import type { CacheHint, SiteContext } from '../../lib/core/site.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type LiveValues, liveVariables } from '../../lib/handover/variables.ts';
import { type ResponseHead, type StreamedHandler, send, sendStream } from '../shared/function-url.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { createLiveHead, type LiveAnswer, TOKEN_HEADER } from './live-head.ts';
import { isForDeployment, isFromDistribution, liveRequestOf, viewerAddressOf } from './live-request.ts';
import { isBadName, namedRevalidation } from './named-revalidation.ts';

interface LivePorts extends InvalidatePorts {
  readonly log: Log;
}

type SiteWork = Pick<SiteContext, 'revalidate' | 'sessions' | 'waitUntil'>;

/** Live routes: every method, nothing stored, the body streamed as the site makes it. The edge keeps what says so. */
export function createLive(sandbox: SiteSandbox): StreamedHandler {
  const { aws, clock, log } = sandbox;
  const config = readEnvironment('the live function', liveVariables, sandbox.environment);
  const bucket = openS3Bucket(config.bucket, aws);
  const ledger = createS3LedgerStore(bucket, clock, log);
  const ports: LivePorts = { ledger, purger: createQueuedPurger(aws, config.purgeQueueUrl), log };
  const revalidate = invalidateFromSite(config.deploymentId, ports);
  const liveLedger = createLiveLedger(ledger, log);
  const sessions = sessionsIn(bucket, sandbox);
  const headFor = createLiveHead({ liveLedger, clock, log });
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
    const work: SiteWork = { revalidate, ...sessions, waitUntil: (each) => pending.push(each) };
    const mayBeKept = isForDeployment(event, config.deploymentId) && mayBeShared(request);
    const seen = mayBeKept ? liveLedger.seen() : undefined;
    const answer = await siteAnswer(request, event, work, seen, sandbox);
    const { response } = answer;
    const head = await headFor(request, answer);
    const hasBody = event.requestContext.http.method !== 'HEAD';
    const token = response.headers.get(TOKEN_HEADER);
    if (token === null) {
      await sendStream(stream, head, hasBody ? response.body : null);
    } else {
      const body = await response.text();
      await revalidateAsNamed(token, body, request, config, ports);
      send(stream, head, hasBody ? body : '');
    }
    await Promise.allSettled(pending);
  };
}

type Kept = Pick<SessionStoreOptions, 'retentionSeconds'>;

/** What the construct wrote beside the bundle: `null` for a site that keeps none here. */
function sessionsIn(bucket: Bucket, { assetJson, clock }: SiteSandbox): Pick<SiteContext, 'sessions'> {
  const kept = assetJson<Kept | null>('sessions.json', null)();
  return kept ? { sessions: createS3SessionStore(bucket, { clock, ...kept }) } : {};
}

/** `seen`: what the ledger was before the site began, where the response may be for others too. */
async function siteAnswer(
  request: Request,
  event: LambdaFunctionURLEvent,
  work: SiteWork,
  seen: Promise<LedgerSummary | undefined> | undefined,
  { loadSite, log }: SiteSandbox,
): Promise<LiveAnswer> {
  let hint: CacheHint | false | undefined;
  const onCacheHint: SiteContext['onCacheHint'] = (given) => {
    hint = given;
  };
  try {
    const [fetch, ledger] = await Promise.all([loadSite(), seen]);
    const clientAddress = viewerAddressOf(event);
    const response = await fetch(request, { kind: 'live', clientAddress, onCacheHint, ...work });
    return { response, hint, seen: ledger };
  } catch (error) {
    log('error', `${request.method} ${new URL(request.url).pathname} failed: ${reasonOf(error)}`);
    const text = 'The site failed to answer. The log of the live function says why.\n';
    return { response: new Response(text, textHead(500)), hint: undefined, seen: undefined };
  }
}

async function revalidateAsNamed(
  token: string,
  body: string,
  request: Request,
  { allowQuery, hasHtmlEndings, deploymentId, tokenHashes }: LiveValues,
  ports: LivePorts,
): Promise<void> {
  const { log } = ports;
  const from = new URL(request.url).pathname;
  if (!isValidToken(token, tokenHashes)) {
    return log('warn', `ignored ${TOKEN_HEADER} in the response of ${from}: the token does not match`);
  }
  try {
    const revalidation = namedRevalidation(body, request, { allowQuery, hasHtmlEndings });
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

function textHead(
  status: number,
): ResponseHead & { readonly status: number; readonly headers: Record<string, string> } {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'private, no-store' };
  return { status, statusCode: status, headers };
}
