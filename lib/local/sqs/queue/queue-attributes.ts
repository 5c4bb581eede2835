import { ApiError } from '../../aws-api/api-error.ts';
import { invalidParameter } from '../errors.ts';
import type { Range } from '../input.ts';
import { parseRedrivePolicy, type RedrivePolicy } from './redrive-policy.ts';

export type QueueAttributes = Readonly<Record<string, string>>;

/** What a queue's attributes mean. */
export interface QueueSettings {
  readonly isFifo: boolean;
  readonly delayMs: number;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly receiveWaitMs: number;
  readonly maxMessageBytes: number;
  readonly isDeduplicatedByContent: boolean;
  readonly isDeduplicatedByGroup: boolean;
  readonly redrive: RedrivePolicy | undefined;
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
const DEFAULTS: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};
const FIFO_DEFAULTS: QueueAttributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};
const RANGES: Readonly<Record<string, Range>> = {
  DelaySeconds: { from: 0, to: 900 },
  MaximumMessageSize: { from: 1024, to: 1_048_576 },
  MessageRetentionPeriod: { from: 60, to: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { from: 0, to: 20 },
  VisibilityTimeout: { from: 0, to: 43_200 },
};
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoQueue: ['true'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
};
/** Kept, and of no effect on this machine. */
const INERT = ['KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'Policy', 'RedriveAllowPolicy'];

export function isFifoName(name: string): boolean {
  return name.endsWith('.fifo');
}

export function checkQueueName(name: string): void {
  if (/^[A-Za-z0-9_-]{1,80}$/.test(name.replace(/\.fifo$/, '')) && name.length <= 80) return;
  const rule = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
  throw new ApiError('InvalidParameterValue', `Queue name '${name}' is invalid. ${rule}`);
}

/** Throws ApiError for attributes and values that SQS does not take from a client. */
export function checkAttributes(name: string, attributes: QueueAttributes): void {
  const known = [...Object.keys(RANGES), ...Object.keys(CHOICES), ...INERT, 'RedrivePolicy'];
  const unknown = Object.keys(attributes).filter((attribute) => !known.includes(attribute));
  if (unknown.length > 0) throw new ApiError('InvalidAttributeName', `Unknown Attribute ${unknown.join(', ')}.`);
  for (const [attribute, value] of Object.entries(attributes)) checkValue(attribute, value);
  if (attributes.FifoQueue === 'true' && !isFifoName(name)) {
    throw invalidParameter('QueueName', name, 'The name of a FIFO queue must end with the .fifo suffix.');
  }
  const ofFifo = Object.keys(attributes).find((attribute) => attribute in FIFO_DEFAULTS);
  if (ofFifo !== undefined && !isFifoName(name)) {
    throw new ApiError('InvalidAttributeName', `Unknown Attribute ${ofFifo}: only FIFO queues have it.`);
  }
}

function checkValue(attribute: string, value: string): void {
  const range = RANGES[attribute];
  const choices = CHOICES[attribute];
  if (range !== undefined && !isWithin(value, range)) {
    throw invalidAttribute(attribute, value, `Must be between ${range.from} and ${range.to}.`);
  }
  if (choices !== undefined && !choices.includes(value)) {
    throw invalidAttribute(attribute, value, `Must be one of ${choices.join(', ')}.`);
  }
}

function isWithin(value: string, { from, to }: Range): boolean {
  return /^\d+$/.test(value) && Number(value) >= from && Number(value) <= to;
}

function invalidAttribute(attribute: string, value: string, reason: string): ApiError {
  return new ApiError(
    'InvalidAttributeValue',
    `Invalid value '${value}' for the parameter ${attribute}. Reason: ${reason}`,
  );
}

/** With what SQS adds. The name alone makes a queue a FIFO queue, which AWS wants said twice. */
export function withDefaults(name: string, attributes: QueueAttributes): QueueAttributes {
  const fifo = isFifoName(name) ? { ...FIFO_DEFAULTS, FifoQueue: 'true' } : {};
  return { ...DEFAULTS, ...fifo, ...attributes };
}

export function settingsOf(attributes: QueueAttributes): QueueSettings {
  const seconds = (attribute: string): number => Number(attributes[attribute]) * 1000;
  return {
    isFifo: attributes.FifoQueue === 'true',
    delayMs: seconds('DelaySeconds'),
    visibilityMs: seconds('VisibilityTimeout'),
    retentionMs: seconds('MessageRetentionPeriod'),
    receiveWaitMs: seconds('ReceiveMessageWaitTimeSeconds'),
    maxMessageBytes: Number(attributes.MaximumMessageSize),
    isDeduplicatedByContent: attributes.ContentBasedDeduplication === 'true',
    isDeduplicatedByGroup: attributes.DeduplicationScope === 'messageGroup',
    // An empty policy takes the old one away.
    redrive: attributes.RedrivePolicy ? parseRedrivePolicy(attributes.RedrivePolicy) : undefined,
  };
}
