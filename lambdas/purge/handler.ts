import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { openAnnouncedPurges } from '../../lib/aws/announced-purges.ts';
import { createCloudFront } from '../../lib/aws/cloudfront.ts';
import { createFollowedPurges } from '../../lib/aws/followed-purges.ts';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { deadPurge, openPurgeQueue, waitingPurge } from '../../lib/aws/purge-queue.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { isOfQueue } from '../../lib/aws/sqs.ts';
import { readEnvironment } from '../../lib/basics/environment.ts';
import type { WaitingPurge } from '../../lib/core/ports.ts';
import { createPurgePace } from '../../lib/core/purge/purge-pace.ts';
import { type PurgeWaitingPorts, purgeWaiting } from '../../lib/core/purge/purge-waiting.ts';
import { purgeVariables } from '../../lib/handover/variables.ts';
import type { Sandbox } from '../shared/sandbox.ts';
import { openSiteAddress } from '../shared/site-address.ts';

/**
 * Makes one purge of its messages and of all that wait. When it fails, they come again: dead letters after a while, all
 * others in seconds.
 */
export function createPurge(sandbox: Sandbox): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const { purgeQueueUrl } = readEnvironment('the purge function', purgeVariables, sandbox.environment);
  const ports = portsOf(sandbox);
  const purgeIn = (record: SQSRecord): WaitingPurge | undefined =>
    isOfQueue(record.eventSourceARN, purgeQueueUrl)
      ? waitingPurge(record.body, record.receiptHandle)
      : deadPurge(record.body, record.receiptHandle);
  return async ({ Records }) => {
    const atHand = Records.flatMap((record) => purgeIn(record) ?? []);
    const unreadable = Records.filter((record) => purgeIn(record) === undefined);
    if (unreadable.length > 0) {
      ports.log('error', 'not a purge', { messages: unreadable.map(({ body }) => body.slice(0, 200)) });
    }
    const isPurged = atHand.length === 0 || (await purgeWaiting(atHand, ports));
    return {
      batchItemFailures: (isPurged ? unreadable : Records).map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
}

function portsOf({ environment, aws, clock, log }: Sandbox): PurgeWaitingPorts {
  const { bucket, purgeQueueUrl } = readEnvironment('the purge function', purgeVariables, environment);
  const objects = openS3Bucket(bucket, aws);
  return {
    cdn: createCloudFront(aws, openSiteAddress(objects)),
    pace: createPurgePace(objects, clock),
    announced: openAnnouncedPurges(objects),
    followed: createFollowedPurges(objects),
    ledger: createS3LedgerStore(objects, clock, log),
    queue: openPurgeQueue(aws, purgeQueueUrl),
    clock,
    log,
  };
}
