import { randomUUID } from 'node:crypto';
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { createCloudFront } from '../../lib/aws/cloudfront.ts';
import { createFollowedPurges } from '../../lib/aws/followed-purges.ts';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createLaterInvalidator, createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { IsrError } from '../../lib/basics/errors.ts';
import { parseJsonBody } from '../../lib/basics/json-body.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { PageNaming } from '../../lib/core/page/page-name.ts';
import { createPromptPurger } from '../../lib/core/purge/prompt-purger.ts';
import { createPurgePace } from '../../lib/core/purge/purge-pace.ts';
import { type RevalidatePorts, type RevalidationOutcome, revalidate } from '../../lib/core/revalidate.ts';
import { entriesOf, type Revalidation } from '../../lib/core/revalidation.ts';
import { MAX_REQUEST_BYTES, parseRevalidation } from '../../lib/core/revalidation-request.ts';
import { unsettledOf } from '../../lib/core/settle.ts';
import { isValidToken } from '../../lib/core/token.ts';
import { type AwaitedOutcome, waitForPurge } from '../../lib/core/wait-for-purge.ts';
import { isScheduled, type ScheduledRevalidation } from '../../lib/handover/scheduled-revalidation.ts';
import { type RevalidateValues, revalidateVariables } from '../../lib/handover/variables.ts';
import type { RevalidationResponse } from '../../lib/webhooks/receive.ts';
import { bodyOf } from '../shared/function-url.ts';
import { openPages, type Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { openSiteAddress, siteUrlOf } from '../shared/site-address.ts';
import { revalidateAsScheduled } from './scheduled.ts';
import { createS3Deliveries, createWebhookEndpoint, isWebhook } from './webhooks.ts';

type Handler = (
  event: LambdaFunctionURLEvent | ScheduledRevalidation,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<LambdaFunctionURLResult>;
type RevalidateAsAsked = (revalidation: Revalidation, how: How) => Promise<RevalidationResponse>;

interface How {
  /** After so many, the same is revalidated once more; 0: it is not. */
  readonly settleSeconds: number;
  /** Whether `everywhere` will be asked for. */
  readonly wait: boolean;
  /** Epoch milliseconds, when the function has to answer. */
  readonly until: number;
}

/** For the last calls and the answer, before the function is ended. */
const ANSWER_MS = 10_000;

/**
 * `POST` with the token: renders paths, notes tags and prefixes, and purges the edge. Responds when all is done, and with
 * `wait` when nobody gets an old page any more. A schedule calls it without URL and token, by a role of its own.
 */
export function createRevalidate(sandbox: SiteSandbox): Handler {
  const { environment, clock, log } = sandbox;
  const config = readEnvironment('the revalidate function', revalidateVariables, environment);
  const naming = { allowQuery: config.allowQuery, hasHtmlEndings: config.hasHtmlEndings };
  const pages = openPages(config, sandbox);
  const revalidateAsAsked = createRevalidateAsAsked(config, pages, sandbox);
  const respondToWebhook = createWebhookEndpoint({
    sandbox,
    naming,
    deliveries: createS3Deliveries(pages.bucket),
    log,
  });
  return async (event, context) => {
    const until = clock.now() + context.getRemainingTimeInMillis() - ANSWER_MS;
    if (isScheduled(event)) {
      const asScheduled = (wanted: Revalidation) => revalidateAsAsked(wanted, { settleSeconds: 0, wait: false, until });
      await revalidateAsScheduled(event, naming, asScheduled);
      return 'revalidated';
    }
    const { method, sourceIp } = event.requestContext.http;
    if (method !== 'POST') return respond(405, { error: `use POST, not ${method}` }, { allow: 'POST' });
    if (isWebhook(event)) {
      const { status, body } = await respondToWebhook(event, (wanted, how) =>
        revalidateAsAsked(wanted, { ...how, until }),
      );
      return respond(status, body);
    }
    if (isValidToken(tokenOf(event), config.tokenHashes)) return askedByHand(event, until, naming, revalidateAsAsked);
    log('warn', 'refused a revalidation: the token does not match', { from: sourceIp });
    return respond(401, { error: 'unauthorized' });
  };
}

async function askedByHand(
  event: LambdaFunctionURLEvent,
  until: number,
  naming: PageNaming,
  revalidateAsAsked: RevalidateAsAsked,
): Promise<LambdaFunctionURLResult> {
  const body = bodyOf(event);
  if (body.byteLength > MAX_REQUEST_BYTES) {
    return respond(413, {
      error: `the body has ${body.byteLength} bytes, more than ${MAX_REQUEST_BYTES}; send several requests`,
    });
  }
  try {
    const { wait = false, ...asked } = parseRevalidation(parseJsonBody(body, 'send {"paths":["/blog"]}'), naming);
    const { everywhere, ...atOnce } = await revalidateAsAsked(asked, { settleSeconds: 0, wait, until });
    const { status, body: result } = (await everywhere?.()) ?? atOnce;
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
  const cdn = createCloudFront(aws, address);
  const purger = createPromptPurger({
    cdn,
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
  const waitPorts = { cdn, followed: createFollowedPurges(pages.bucket), clock };
  return async (revalidation, { settleSeconds, wait, until }) => {
    const begunAt = clock.now();
    const name = randomUUID();
    const outcome = await revalidate(revalidation, { ...options, ...(wait ? { awaitedAs: name } : {}) }, ports);
    const status = statusOf(outcome);
    log(status === 502 ? 'error' : 'info', 'revalidated', { ...outcome });
    const unsettled = settleSeconds > 0 ? unsettledOf(revalidation, outcome) : undefined;
    if (unsettled !== undefined) {
      await invalidateLater(unsettled, settleSeconds);
      log('info', 'will be revalidated once more', { settleSeconds, entries: entriesOf(unsettled) });
    }
    if (!wait) return { status, body: outcome };
    const everywhere = async () => {
      const awaited = await waitForPurge(outcome, { name, begunAt, until }, waitPorts);
      log('info', 'waited for the purge', { ...awaited.everywhere, invalidation: awaited.invalidation });
      return { status: statusOfAwaited(awaited), body: awaited };
    };
    return { status, body: outcome, everywhere };
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

/** Who waited is not told 200 before nobody gets an old page any more. */
function statusOfAwaited(outcome: AwaitedOutcome): 200 | 202 | 502 {
  const status = statusOf(outcome);
  return status === 200 && !outcome.everywhere.confirmed ? 202 : status;
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
