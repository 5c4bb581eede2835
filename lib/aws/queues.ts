import { createHash } from 'node:crypto';
import { IsrError, reasonOf } from '../basics/errors.ts';
import type { PageKey } from '../core/page/page-key.ts';
import type { Edge, Job, JobQueue } from '../core/ports.ts';
import { type AwsClient, describeFailure } from './client.ts';

/** What the purge queue carries. */
export interface PurgeMessage {
  readonly items: readonly string[];
}

/** A FIFO queue: one group a page, so that one page is never rendered twice at a time; one id a version. */
export function createJobQueue(aws: AwsClient, queueUrl: string, deploymentId: string): JobQueue {
  return {
    async requestRegeneration(key: PageKey, version: string) {
      const job: Job = { pageKey: key, deploymentId, version };
      await callSqs(aws, 'SendMessage', queueUrl, {
        MessageBody: JSON.stringify(job),
        MessageGroupId: digest(deploymentId + key),
        // SQS keeps an id for 5 minutes, so it carries the version: a page regenerated twice in that time would
        // otherwise lose its second message.
        MessageDeduplicationId: digest(`${deploymentId}${key} ${version}`),
      });
    },
  };
}

/** Makes a message that could not be handled visible again after `seconds`. */
export async function postponeMessage(
  aws: AwsClient,
  queueUrl: string,
  receiptHandle: string,
  seconds: number,
): Promise<void> {
  await callSqs(aws, 'ChangeMessageVisibility', queueUrl, { ReceiptHandle: receiptHandle, VisibilityTimeout: seconds });
}

/** For functions behind the distribution, which cannot know its id. */
export function createQueuedEdge(aws: AwsClient, queueUrl: string): Edge {
  return {
    async purge(items) {
      const message: PurgeMessage = { items };
      await callSqs(aws, 'SendMessage', queueUrl, { MessageBody: JSON.stringify(message) });
      return 'queued';
    },
  };
}

/** A message as SQS gives it. */
export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
}

/** Up to ten of the messages that wait, at once. Nobody else gets them until their visibility timeout ends. */
export async function receiveWaiting(aws: AwsClient, queueUrl: string): Promise<readonly ReceivedMessage[]> {
  const answer = await callSqs(aws, 'ReceiveMessage', queueUrl, { MaxNumberOfMessages: 10 });
  return (answer as { readonly Messages?: readonly ReceivedMessage[] }).Messages ?? [];
}

/** At most ten. One that cannot be deleted comes again, which its reader must bear. */
export async function deleteMessages(
  aws: AwsClient,
  queueUrl: string,
  messages: readonly ReceivedMessage[],
): Promise<void> {
  const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
  await callSqs(aws, 'DeleteMessageBatch', queueUrl, { Entries });
}

async function callSqs(aws: AwsClient, action: string, queueUrl: string, input: object): Promise<unknown> {
  const call = {
    service: 'sqs' as const,
    method: 'POST' as const,
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify({ QueueUrl: queueUrl, ...input }),
  };
  const answer = await aws(call).catch((error: unknown) => {
    throw unavailable(queueUrl, action, reasonOf(error), error);
  });
  if (answer.status !== 200) throw unavailable(queueUrl, action, describeFailure(call, answer));
  return answer.body.length === 0 ? {} : JSON.parse(answer.body.toString('utf8'));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function unavailable(queueUrl: string, action: string, reason: string, cause?: unknown): IsrError {
  const message = `cannot ${action} on '${queueUrl}': ${reason}; check that the function's role may do that`;
  return new IsrError('QUEUE_UNAVAILABLE', message, { cause });
}
