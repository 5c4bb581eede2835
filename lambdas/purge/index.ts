import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createCloudFrontEdge } from '../../lib/aws/cloudfront-edge.ts';
import type { PurgeMessage } from '../../lib/aws/queues.ts';
import { reasonOf } from '../../lib/core/errors.ts';
import { awsClientFrom, log } from '../shared/aws.ts';
import { readPurgeConfig } from './config.ts';

const config = readPurgeConfig(process.env);
const edge = createCloudFrontEdge(awsClientFrom(process.env), config.distributionId);

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
