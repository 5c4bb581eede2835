import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createQueuedEdge, postponeMessage } from '../../lib/aws/queues.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import type { Job } from '../../lib/core/ports.ts';
import { regeneratePage } from '../../lib/core/regenerate-page.ts';
import { awsClientFrom, log } from '../shared/aws.ts';
import { openPages } from '../shared/pages.ts';
import { revalidateFromSite } from '../shared/revalidate-from-site.ts';
import { readRenderConfig } from './config.ts';

const config = readRenderConfig(process.env);
const aws = awsClientFrom(process.env);
const pages = openPages(config, aws);
const edge = createQueuedEdge(aws, config.purgeQueueUrl);
const ports = pages.portsFor(config.siteUrl, revalidateFromSite(config.deploymentId, { ledger: pages.ledger, edge }));

/** Regenerates expired pages. Messages of one page are done in order, pages at the same time. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const groups = Object.values(Object.groupBy(event.Records, ({ attributes }) => attributes.MessageGroupId ?? ''));
  const failures = await Promise.all(groups.map((records) => doInOrder(records ?? [])));
  return { batchItemFailures: failures.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** The records that have to come again: the first that failed, and all behind it. */
async function doInOrder(records: readonly SQSRecord[]): Promise<readonly SQSRecord[]> {
  for (const [i, record] of records.entries()) {
    if (!(await isDone(record))) return records.slice(i);
  }
  return [];
}

async function isDone(record: SQSRecord): Promise<boolean> {
  try {
    const job = JSON.parse(record.body) as Job;
    const outcome = await regeneratePage(job, config.deploymentId, ports);
    log('info', outcome.kind, { pageKey: job.pageKey, attempt: Number(record.attributes.ApproximateReceiveCount) });
    if (!('seconds' in outcome)) return true;
    await postponeMessage(aws, config.jobsQueueUrl, record.receiptHandle, outcome.seconds);
  } catch (error) {
    log('error', `a job failed and will be tried again: ${reasonOf(error)}`, { job: record.body });
  }
  return false;
}
