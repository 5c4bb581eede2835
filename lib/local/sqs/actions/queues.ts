import { ApiError } from '../../aws-api/api-error.ts';
import type { Input } from '../input.ts';
import type { Queue } from '../queue/queue.ts';
import type { QueueAttributes } from '../queue/queue-attributes.ts';
import type { Action } from './action.ts';

export const createQueue: Action = (input, { queues }) => {
  const queue = queues.create(input.text('QueueName'), attributesOf(input));
  return { QueueUrl: queue.url };
};

export const deleteQueue: Action = (input, { queues }) => {
  queues.remove(queues.withUrl(input.text('QueueUrl')));
  return {};
};

export const getQueueUrl: Action = (input, { queues }) => ({ QueueUrl: queues.named(input.text('QueueName')).url });

export const listQueues: Action = (input, { queues }) => {
  const prefix = input.optionalText('QueueNamePrefix') ?? '';
  return { QueueUrls: queues.all.filter(({ name }) => name.startsWith(prefix)).map(({ url }) => url) };
};

export const purgeQueue: Action = (input, { queues }) => {
  queues.withUrl(input.text('QueueUrl')).purge();
  return {};
};

export const setQueueAttributes: Action = (input, { queues }) => {
  queues.setAttributes(queues.withUrl(input.text('QueueUrl')), attributesOf(input));
  return {};
};

export const getQueueAttributes: Action = (input, { queues }) => {
  const all = describe(queues.withUrl(input.text('QueueUrl')));
  const wanted = input.texts('AttributeNames');
  const unknown = wanted.find((name) => name !== 'All' && !(name in all) && !OPTIONAL.includes(name));
  if (unknown !== undefined) throw new ApiError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const entries = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name));
  return { Attributes: Object.fromEntries(entries) };
};

/** Attributes that a queue need not have. */
const OPTIONAL = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'RedrivePolicy',
];

function describe(queue: Queue): QueueAttributes {
  const { waiting, inFlight, delayed } = queue.depth();
  return {
    ...queue.attributes,
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.changedAt / 1000)),
    QueueArn: queue.arn,
  };
}

function attributesOf(input: Input): QueueAttributes {
  const entries = Object.entries(input.object('Attributes')).map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(entries);
}
