import { SqsError } from './fauxqs.ts';
import type { LocalQueueStore } from './queue-store.ts';

type Attributes = Readonly<Record<string, unknown>>;

const ATTRIBUTES = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
]);

/** Refuses what SQS refuses and fauxqs takes, at CreateQueue and SetQueueAttributes. */
export function checkQueue(name: string, attributes: Attributes, store: LocalQueueStore): void {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name.replace(/\.fifo$/, '')) || name.length > 80) {
    const rule = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
    throw invalid(`Queue name '${name}' is invalid. ${rule}`);
  }
  const unknown = Object.keys(attributes).filter((attribute) => !ATTRIBUTES.has(attribute));
  if (unknown.length > 0) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown.join(', ')}.`);
  // SetQueueAttributes takes the policy away with an empty one.
  if (attributes.RedrivePolicy) checkRedrivePolicy(name, String(attributes.RedrivePolicy), store);
}

function checkRedrivePolicy(name: string, policy: string, store: LocalQueueStore): void {
  const refuse = (reason: string) =>
    invalid(`Value ${policy} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
  let parsed: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  try {
    parsed = JSON.parse(policy);
  } catch {
    throw refuse('Redrive policy is not a valid JSON map.');
  }
  const receives = Number(parsed.maxReceiveCount);
  if (!Number.isInteger(receives) || receives < 1 || receives > 1000) {
    throw refuse('Invalid value for maxReceiveCount, valid values are from 1 to 1000 both inclusive.');
  }
  const target = store.getQueueByArn(String(parsed.deadLetterTargetArn ?? ''));
  if (target === undefined) throw refuse('Dead letter target does not exist.');
  if (target.isFifo() !== name.endsWith('.fifo')) {
    throw refuse('Dead-letter queue must be same type of queue as the source.');
  }
}

function invalid(message: string): Error {
  return new SqsError('InvalidParameterValue', message);
}
