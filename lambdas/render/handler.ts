import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { isOfQueue, postponeMessage } from '../../lib/aws/sqs.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { Job } from '../../lib/core/ports.ts';
import { JOB_ATTEMPTS, regeneratePage } from '../../lib/core/regenerate-page.ts';
import { renderVariables } from '../../lib/handover/variables.ts';
import { openPages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { openSiteAddress, siteUrlOf } from '../shared/site-address.ts';

/**
 * Regenerates expired pages: several at the same time, but the messages of one page in their order. Jobs that were put
 * aside come again after a while; they go when their page is fresh, or gone.
 */
export function createRender(sandbox: SiteSandbox): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const isDone = createJobDoer(sandbox);
  return async (event) => {
    const groups = Object.values(Object.groupBy(event.Records, ({ attributes }) => attributes.MessageGroupId ?? ''));
    const failures = await Promise.all(groups.map((records) => doInOrder(records ?? [], isDone)));
    return { batchItemFailures: failures.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

type IsDone = (record: SQSRecord) => Promise<boolean>;

/** The records that have to come again: the first one that failed, and all after it. */
async function doInOrder(records: readonly SQSRecord[], isDone: IsDone): Promise<readonly SQSRecord[]> {
  for (const [i, record] of records.entries()) {
    if (!(await isDone(record))) return records.slice(i);
  }
  return [];
}

function createJobDoer(sandbox: SiteSandbox): IsDone {
  const { aws, log } = sandbox;
  const { deploymentId, jobsQueueUrl, purgeQueueUrl, siteUrl, ...config } = readEnvironment(
    'the render function',
    renderVariables,
    sandbox.environment,
  );
  const pages = openPages({ deploymentId, ...config }, sandbox);
  const purger = createQueuedPurger(aws, purgeQueueUrl);
  const urlOfSite = siteUrlOf(siteUrl, openSiteAddress(pages.bucket));
  const ports = pages.portsFor(urlOfSite, invalidateFromSite(deploymentId, { ledger: pages.ledger, purger }));
  return async ({ attributes, body, receiptHandle, eventSourceARN }) => {
    const isDeadLetter = !isOfQueue(eventSourceARN, jobsQueueUrl);
    try {
      const job = JSON.parse(body) as Job;
      const attempt = isDeadLetter ? JOB_ATTEMPTS : Number(attributes.ApproximateReceiveCount);
      const outcome = await regeneratePage(job, attempt, pages.options, ports);
      log('info', outcome.kind, { pageKey: job.pageKey, attempt, ...(isDeadLetter ? { isDeadLetter } : {}) });
      if (!('seconds' in outcome)) return true;
      // A dead letter comes again by itself, much later.
      if (!isDeadLetter) await postponeMessage(aws, jobsQueueUrl, receiptHandle, outcome.seconds);
    } catch (error) {
      if (isDeadLetter && error instanceof SyntaxError) {
        log('error', 'dropped a dead letter that is no job', { job: body.slice(0, 200) });
        return true;
      }
      log('error', `a job failed and will be tried again: ${reasonOf(error)}`, { job: body });
    }
    return false;
  };
}
