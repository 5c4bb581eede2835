import { IsrError, reasonOf } from '../basics/errors.ts';
import { type AwsClient, describeFailure } from './client.ts';

/** Calls one action of SQS. Rejects with QUEUE_UNAVAILABLE. */
export async function callSqs(aws: AwsClient, action: string, queueUrl: string, input: object): Promise<unknown> {
  const call = {
    service: 'sqs' as const,
    method: 'POST' as const,
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify({ QueueUrl: queueUrl, ...input }),
  };
  const response = await aws(call).catch((error: unknown) => {
    throw unavailable(queueUrl, action, reasonOf(error), error);
  });
  if (response.status !== 200) throw unavailable(queueUrl, action, describeFailure(call, response));
  return response.body.length === 0 ? {} : JSON.parse(response.body.toString('utf8'));
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

/** Whether a message came from this queue, and not from the one of its dead letters. ARN and URL end with the name. */
export function isOfQueue(eventSourceArn: string, queueUrl: string): boolean {
  return eventSourceArn.split(':').at(-1) === queueUrl.split('/').at(-1);
}

function unavailable(queueUrl: string, action: string, reason: string, cause?: unknown): IsrError {
  const message = `cannot ${action} on '${queueUrl}': ${reason}; check that the function's role may do that`;
  return new IsrError('QUEUE_UNAVAILABLE', message, { cause });
}
