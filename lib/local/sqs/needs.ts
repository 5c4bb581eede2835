import type { Need } from '../iam/access-control.ts';

/**
 * The permission that a call needs; the batch form of an action needs that of the action.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
export function needsOf(action: string, queueArn: string): readonly Need[] {
  return [{ action: `sqs:${action.replace(/Batch$/, '')}`, resource: queueArn }];
}

/** What Lambda's pollers do with the rights of the function's role. */
export const POLLER_ACTIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
