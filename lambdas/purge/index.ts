import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createCloudFrontEdge, createPatientEdge } from '../../lib/aws/cloudfront-edge.ts';
import { objectsOf } from '../../lib/aws/objects.ts';
import { createPurgePacer } from '../../lib/aws/purge-pacer.ts';
import type { PurgeMessage } from '../../lib/aws/queues.ts';
import { reasonOf } from '../../lib/core/errors.ts';
import { awsClientFrom, log, systemClock } from '../shared/aws.ts';
import { readPurgeConfig } from './config.ts';

/** Less than the function's timeout by as much as one call may take. */
const PATIENCE_MS = 20_000;

const config = readPurgeConfig(process.env);
const aws = awsClientFrom(process.env);
const edge = createPatientEdge(
  createCloudFrontEdge(aws, config.distributionId),
  createPurgePacer(objectsOf(config.bucket, aws), systemClock),
  systemClock,
  PATIENCE_MS,
);

/** Makes one invalidation of all messages that wait. All of them come again when CloudFront refuses. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const items = new Set(event.Records.flatMap(({ body }) => (JSON.parse(body) as PurgeMessage).items));
  try {
    await edge.purge([...items]);
    log('info', 'purged', { items: [...items], messages: event.Records.length });
    return { batchItemFailures: [] };
  } catch (error) {
    log('warn', `will be purged later: ${reasonOf(error)}`, { messages: event.Records.length });
    return { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }
}
