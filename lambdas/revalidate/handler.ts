import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { createCloudFront } from '../../lib/aws/cloudfront.ts';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createLaterInvalidator, createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { IsrError } from '../../lib/basics/errors.ts';
import { parseJsonBody } from '../../lib/basics/json-body.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import { createPromptPurger } from '../../lib/core/purge/prompt-purger.ts';
import { createPurgePace } from '../../lib/core/purge/purge-pace.ts';
import { type RevalidatePorts, type RevalidationOutcome, revalidate } from '../../lib/core/revalidate.ts';
import { entriesOf, type Revalidation } from '../../lib/core/revalidation.ts';
import { MAX_REQUEST_BYTES, parseRevalidation } from '../../lib/core/revalidation-request.ts';
import { unsettledOf } from '../../lib/core/settle.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type RevalidateValues, revalidateVariables } from '../../lib/handover/variables.ts';
import type { WebhookResponse } from '../../lib/webhooks/receive.ts';
import { bodyOf } from '../shared/function-url.ts';
import { openPages, type Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { openSiteAddress, siteUrlOf } from '../shared/site-address.ts';
import { createS3Deliveries, createWebhookEndpoint, isWebhook } from './webhooks.ts';

type Handler = (event: LambdaFunctionURLEvent) => Promise<LambdaFunctionURLResult>;
/** `settleSeconds`: after so many, what found nothing new is revalidated once more; 0: it is not. */
type RevalidateAsAsked = (revalidation: Revalidation, settleSeconds?: number) => Promise<WebhookResponse>;

/** `POST` with the token: renders paths, notes tags and prefixes, and purges the edge. Responds when all is done. */
export function createRevalidate(sandbox: SiteSandbox): Handler {
  const { environment, log } = sandbox;
  const config = readEnvironment('the revalidate function', revalidateVariables, environment);
  const pages = openPages(config, sandbox);
  const revalidateAsAsked = createRevalidateAsAsked(config, pages, sandbox);
  const respondToWebhook = createWebhookEndpoint({
    sandbox,
    allowQuery: config.allowQuery,
    deliveries: createS3Deliveries(pages.bucket),
    revalidate: revalidateAsAsked,
    log,
  });
  return async (event) => {
    const { method, sourceIp } = event.requestContext.http;
    if (method !== 'POST') return respond(405, { error: `use POST, not ${method}` }, { allow: 'POST' });
    if (isWebhook(event)) {
      const { status, body } = await respondToWebhook(event);
      return respond(status, body);
    }
    if (isValidToken(tokenOf(event), config.tokenHashes)) return askedByHand(event, config, revalidateAsAsked);
    log('warn', 'refused a revalidation: the token does not match', { from: sourceIp });
    return respond(401, { error: 'unauthorized' });
  };
}

async function askedByHand(
  event: LambdaFunctionURLEvent,
  { allowQuery }: RevalidateValues,
  revalidateAsAsked: RevalidateAsAsked,
): Promise<LambdaFunctionURLResult> {
  const body = bodyOf(event);
  if (body.byteLength > MAX_REQUEST_BYTES) {
    return respond(413, {
      error: `the body has ${body.byteLength} bytes, more than ${MAX_REQUEST_BYTES}; send several requests`,
    });
  }
  try {
    const { status, body: result } = await revalidateAsAsked(
      parseRevalidation(parseJsonBody(body, 'send {"paths":["/blog"]}'), allowQuery),
    );
    return respond(status, result);
  } catch (error) {
    if (error instanceof IsrError && error.code === 'INVALID_REQUEST') return respond(400, { error: error.message });
    throw error;
  }
}

function createRevalidateAsAsked(
  config: RevalidateValues,
  pages: Pages,
  { aws, clock, log }: SiteSandbox,
): RevalidateAsAsked {
  const address = openSiteAddress(pages.bucket);
  const purger = createPromptPurger({
    cdn: createCloudFront(aws, address),
    pace: createPurgePace(pages.bucket, clock),
    clock,
    queue: createQueuedPurger(aws, config.purgeQueueUrl),
  });
  const ports: RevalidatePorts = {
    ...pages.portsFor(
      siteUrlOf(config.siteUrl, address),
      invalidateFromSite(config.deploymentId, { ledger: pages.ledger, purger }),
    ),
    jobs: createJobQueue(aws, config.jobsQueueUrl, config.deploymentId),
    purger,
    announced: pages.announcedPurges(config.purgeQueueUrl),
  };
  const options = { ...pages.options, hasQueryVariants: config.allowQuery.length > 0 };
  const invalidateLater = createLaterInvalidator(aws, config.purgeQueueUrl, config.deploymentId);
  return async (revalidation, settleSeconds = 0) => {
    const outcome = await revalidate(revalidation, options, ports);
    const status = statusOf(outcome);
    log(status === 502 ? 'error' : 'info', 'revalidated', { ...outcome });
    const unsettled = settleSeconds > 0 ? unsettledOf(revalidation, outcome) : undefined;
    if (unsettled !== undefined) {
      await invalidateLater(unsettled, settleSeconds);
      log('info', 'will be revalidated once more', { settleSeconds, entries: entriesOf(unsettled) });
    }
    return { status, body: outcome };
  };
}

/**
 * 200 promises that the origin never gives an old page again, and that CloudFront has accepted the purge of the copies:
 * when it takes effect is CloudFront's to decide. With 202 the purge is queued.
 */
function statusOf({ pages, purge }: RevalidationOutcome): 200 | 202 | 502 {
  if (pages.some(({ outcome }) => outcome === 'failed')) return 502;
  return purge === 'queued' ? 202 : 200;
}

function tokenOf({ headers }: LambdaFunctionURLEvent): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? headers['x-prerender-revalidate'];
}

function respond(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): LambdaFunctionURLResult {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: `${JSON.stringify(body, null, 2)}\n`,
  };
}
