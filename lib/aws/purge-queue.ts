import type { PurgeQueue, Purger, WaitingPurge } from '../core/ports.ts';
import { EVERY_COPY } from '../core/purge/one-call.ts';
import { purgeItemsOf } from '../core/purge/purge-items.ts';
import { entriesOf, type Revalidation } from '../core/revalidation.ts';
import { partsOf } from '../core/settle.ts';
import type { AwsClient } from './client.ts';
import { callSqs, postponeMessage } from './sqs.ts';

/** SQS takes and gives no more in one call. */
const MAX_MESSAGES = 10;

/** SQS takes 1 MiB, and the request has more than the message. */
const MAX_MESSAGE_BYTES = 900_000;
/** Of a revalidation, in one message. */
const MAX_NAMES = 500;

interface PurgeMessage {
  readonly items: readonly string[];
  readonly announced?: string;
  readonly entries?: readonly string[];
  readonly name?: string;
}

/** Leaves purges to the purge function. serve and live may not purge. */
export function createQueuedPurger(aws: AwsClient, queueUrl: string): Purger {
  return {
    async purge(items, name) {
      const message: PurgeMessage = { items, ...(name === undefined ? {} : { name }) };
      await callSqs(aws, 'SendMessage', queueUrl, { MessageBody: bodyOf(message) });
      return { outcome: 'queued' };
    },
  };
}

/** Sends word of announced purges, which arrives after `seconds`. */
export async function sendAnnouncement(
  aws: AwsClient,
  queueUrl: string,
  announced: string,
  seconds: number,
): Promise<void> {
  await callSqs(aws, 'SendMessage', queueUrl, { MessageBody: bodyOf({ items: [], announced }), DelaySeconds: seconds });
}

/**
 * JSON escapes control characters itself. Two more are refused by SQS, and a tag may have them:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function bodyOf(message: PurgeMessage): string {
  return JSON.stringify(message).replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

/** Repeats a revalidation after `seconds`, at most 900, without rendering: the purge function notes it, then purges. */
export function createLaterInvalidator(
  aws: AwsClient,
  queueUrl: string,
  deploymentId: string,
): (revalidation: Revalidation, seconds: number) => Promise<void> {
  const messageOf = (part: Revalidation): string => {
    return bodyOf({ items: purgeItemsOf(part, deploymentId), entries: entriesOf(part) });
  };
  return async (revalidation, seconds) => {
    const messages = partsOf(revalidation, MAX_NAMES).map(messageOf);
    const areSmall = messages.every((message) => Buffer.byteLength(message) <= MAX_MESSAGE_BYTES);
    const all = messageOf({ pages: [], tags: [], prefixes: [], all: true });
    for (const MessageBody of areSmall ? messages : [all]) {
      await callSqs(aws, 'SendMessage', queueUrl, { MessageBody, DelaySeconds: seconds });
    }
  };
}

/** The purge in a message; `undefined` when the message is not one. */
export function waitingPurge(body: string, receipt: string): WaitingPurge | undefined {
  try {
    const { items, entries = [], announced, name } = JSON.parse(body) as PurgeMessage;
    if (!areTexts(items) || !areTexts(entries)) return undefined;
    return {
      items,
      ...(entries.length > 0 ? { entries } : {}),
      ...(announced ? { announced } : {}),
      ...(name ? { name } : {}),
      receipt,
    };
  } catch {
    return undefined;
  }
}

/** The purge in a dead letter. Of one that nobody can read, nobody can tell any more what it was. */
export function deadPurge(body: string, receipt: string): WaitingPurge {
  return { ...(waitingPurge(body, receipt) ?? { items: [EVERY_COPY], receipt }), isDead: true };
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function openPurgeQueue(aws: AwsClient, queueUrl: string): PurgeQueue {
  return {
    async receive() {
      for (;;) {
        const messages = await receiveMessages(aws, queueUrl);
        // A message that is not a purge stays, and SQS moves it to the dead letters.
        const purges = messages.flatMap(({ Body, ReceiptHandle }) => waitingPurge(Body, ReceiptHandle) ?? []);
        if (purges.length > 0 || messages.length === 0) return purges;
      }
    },
    async remove(purges) {
      const batches = Array.from({ length: Math.ceil(purges.length / MAX_MESSAGES) }, (_, i) =>
        purges.slice(i * MAX_MESSAGES, (i + 1) * MAX_MESSAGES),
      );
      // A message that cannot be deleted comes again, and its items are purged twice.
      await Promise.all(batches.map((batch) => deleteMessages(aws, queueUrl, batch)));
    },
    async postpone(purges, seconds) {
      await Promise.all(purges.map(({ receipt }) => postponeMessage(aws, queueUrl, receipt, seconds)));
    },
  };
}

interface ReceivedMessage {
  readonly ReceiptHandle: string;
  readonly Body: string;
}

async function receiveMessages(aws: AwsClient, queueUrl: string): Promise<readonly ReceivedMessage[]> {
  const response = await callSqs(aws, 'ReceiveMessage', queueUrl, { MaxNumberOfMessages: MAX_MESSAGES });
  return (response as { readonly Messages?: readonly ReceivedMessage[] }).Messages ?? [];
}

async function deleteMessages(aws: AwsClient, queueUrl: string, batch: readonly WaitingPurge[]): Promise<void> {
  const Entries = batch.map(({ receipt }, i) => ({ Id: String(i), ReceiptHandle: receipt }));
  await callSqs(aws, 'DeleteMessageBatch', queueUrl, { Entries });
}
