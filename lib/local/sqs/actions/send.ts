import { createHash } from 'node:crypto';
import { ApiError } from '../../aws-api/api-error.ts';
import { invalidParameter } from '../errors.ts';
import type { Input } from '../input.ts';
import { bytesOf, md5OfAttributes, parseMessageAttributes } from '../message-attributes.ts';
import type { NewMessage } from '../queue/message.ts';
import type { Queue } from '../queue/queue.ts';
import type { Action } from './action.ts';
import { runBatch } from './batch.ts';

const MAX_BATCH_BYTES = 1_048_576;

export const sendMessage: Action = (input, { queues }) => send(input, queues.withUrl(input.text('QueueUrl')));

export const sendMessageBatch: Action = (input, { queues }) => {
  const queue = queues.withUrl(input.text('QueueUrl'));
  const entries = input.entries('Entries');
  const bytes = entries.map(bytesOfEntry).reduce((sum, size) => sum + size, 0);
  if (bytes > MAX_BATCH_BYTES) {
    const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`;
    throw new ApiError('BatchRequestTooLong', message);
  }
  return runBatch(entries, (entry) => send(entry, queue));
};

function send(input: Input, queue: Queue): object {
  const message = queue.settings.isFifo ? fifoMessage(input, queue) : standardMessage(input, queue);
  const { messageId, sequenceNumber } = queue.send(message);
  const md5 = md5OfAttributes(message.attributes);
  return {
    MessageId: messageId,
    MD5OfMessageBody: createHash('md5').update(message.body).digest('hex'),
    ...(md5 !== undefined && { MD5OfMessageAttributes: md5 }),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
  };
}

function standardMessage(input: Input, queue: Queue): NewMessage {
  const delaySeconds = input.optionalInteger('DelaySeconds', { from: 0, to: 900 });
  return { ...contentOf(input, queue), groupId: optionalId(input, 'MessageGroupId'), delaySeconds };
}

function fifoMessage(input: Input, queue: Queue): NewMessage {
  if (input.optionalInteger('DelaySeconds', { from: 0, to: 900 })) {
    const reason = 'The request include parameter that is not valid for this queue type.';
    throw invalidParameter('DelaySeconds', input.optionalInteger('DelaySeconds', { from: 0, to: 900 }), reason);
  }
  const content = contentOf(input, queue);
  input.text('MessageGroupId');
  const groupId = optionalId(input, 'MessageGroupId');
  const deduplicationId = optionalId(input, 'MessageDeduplicationId') ?? digestOf(content.body, queue);
  return { ...content, groupId, deduplicationId };
}

function digestOf(body: string, queue: Queue): string {
  if (queue.settings.isDeduplicatedByContent) return createHash('sha256').update(body).digest('hex');
  const rule =
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
  throw new ApiError('InvalidParameterValue', rule);
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
const FORBIDDEN_CHARACTER = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

function optionalId(input: Input, parameter: string): string | undefined {
  const id = input.optionalText(parameter);
  if (id === undefined || ID.test(id)) return id;
  const rule = `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  throw invalidParameter(parameter, id, rule);
}

function contentOf(input: Input, queue: Queue): Pick<NewMessage, 'body' | 'attributes'> {
  const body = input.text('MessageBody');
  if (FORBIDDEN_CHARACTER.test(body)) {
    const valid = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    throw new ApiError('InvalidMessageContents', `Invalid characters found. Valid unicode characters are ${valid}.`);
  }
  const { maxMessageBytes } = queue.settings;
  if (bytesOfMessage(input) > maxMessageBytes) {
    const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`;
    throw new ApiError('InvalidParameterValue', reason);
  }
  return { body, attributes: parseMessageAttributes(input.object('MessageAttributes')) };
}

function bytesOfMessage(input: Input): number {
  const attributes = parseMessageAttributes(input.object('MessageAttributes'));
  return Buffer.byteLength(input.optionalText('MessageBody') ?? '') + bytesOf(attributes);
}

/** An entry that is refused by itself does not count. */
function bytesOfEntry(entry: Input): number {
  try {
    return bytesOfMessage(entry);
  } catch {
    return 0;
  }
}
