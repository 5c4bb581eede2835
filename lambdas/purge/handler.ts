import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createCloudFrontEdge } from '../../lib/aws/cloudfront-edge.ts';
import { objectsOf } from '../../lib/aws/objects.ts';
import { purgeInTurn } from '../../lib/aws/purge-in-turn.ts';
import { createPurgePacer } from '../../lib/aws/purge-pacer.ts';
import { postponeMessage } from '../../lib/aws/queues.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import type { Sandbox } from '../shared/sandbox.ts';
import { readPurgeConfig } from './config.ts';
import { collectPurges, itemsOf, RETRY_SECONDS } from './waiting-purges.ts';

/** Less than the function's timeout by as much as one call may take. */
const PATIENCE_MS = 20_000;

/** Makes one invalidation of its messages and of all that wait. They come again when CloudFront refuses. */
export function createPurge(sandbox: Sandbox): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const { log } = sandbox;
  const purge = createMergedPurge(sandbox);
  return async ({ Records }) => {
    const unreadable = Records.filter(({ body }) => itemsOf(body) === undefined);
    if (unreadable.length > 0)
      log('error', 'not a purge', { messages: unreadable.map(({ body }) => body.slice(0, 200)) });
    const readable = Records.filter((record) => !unreadable.includes(record));
    const isPurged = readable.length === 0 || (await purge(readable));
    return {
      batchItemFailures: (isPurged ? unreadable : Records).map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
}

function createMergedPurge({
  environment,
  aws,
  clock,
  log,
}: Sandbox): (records: readonly SQSRecord[]) => Promise<boolean> {
  const { bucket, distributionId, purgeQueueUrl } = readPurgeConfig(environment);
  const ports = {
    edge: createCloudFrontEdge(aws, distributionId),
    pacer: createPurgePacer(objectsOf(bucket, aws), clock),
    clock,
  };
  return async (records) => {
    const items = records.flatMap(({ body }) => itemsOf(body) ?? []);
    const waiting = collectPurges(aws, purgeQueueUrl, items);
    const gather = async (): Promise<readonly string[]> => {
      await waiting.gather();
      return [...waiting.items];
    };
    try {
      await purgeInTurn(gather, PATIENCE_MS, ports);
      await waiting.forget();
      log('info', 'purged', { items: [...waiting.items] });
      return true;
    } catch (error) {
      log('warn', `will be purged later: ${reasonOf(error)}`, { items: [...waiting.items] });
      await waiting.giveBack();
      const handles = records.map(({ receiptHandle }) => receiptHandle);
      await Promise.all(handles.map((handle) => postponeMessage(aws, purgeQueueUrl, handle, RETRY_SECONDS)));
      return false;
    }
  };
}
