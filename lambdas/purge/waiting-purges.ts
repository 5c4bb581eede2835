import type { AwsClient } from '../../lib/aws/client.ts';
import {
  deleteMessages,
  type PurgeMessage,
  postponeMessage,
  type ReceivedMessage,
  receiveWaiting,
} from '../../lib/aws/queues.ts';

/** CloudFront takes 3,000 paths in one call. */
const MAX_ITEMS = 1000;

/** The items of a message; `undefined` when it is none of ours. */
export function itemsOf(body: string): readonly string[] | undefined {
  try {
    const { items } = JSON.parse(body) as PurgeMessage;
    return Array.isArray(items) && items.every((item) => typeof item === 'string') ? items : undefined;
  } catch {
    return undefined;
  }
}

/** The queue's own visibility timeout is minutes, for the sake of a function that died. */
export const RETRY_SECONDS = 5;

export interface WaitingPurges {
  readonly items: Set<string>;
  /** Takes what waits in the queue into `items`. */
  gather(): Promise<void>;
  /** Deletes what was taken, once it is purged. */
  forget(): Promise<void>;
  /** Gives back what was taken, for another try in a few seconds. */
  giveBack(): Promise<void>;
}

/** `items` of the messages at hand, and of all others that wait, so that one invalidation serves a burst. */
export function collectPurges(aws: AwsClient, queueUrl: string, atHand: readonly string[]): WaitingPurges {
  const items = new Set(atHand);
  const taken: (readonly ReceivedMessage[])[] = [];
  return {
    items,
    async gather() {
      while (items.size < MAX_ITEMS) {
        const messages = await receiveWaiting(aws, queueUrl);
        if (messages.length === 0) return;
        // One that cannot be read stays: the queue moves it to the dead letters.
        const readable = messages.filter(({ Body }) => itemsOf(Body) !== undefined);
        for (const { Body } of readable) for (const item of itemsOf(Body) ?? []) items.add(item);
        if (readable.length > 0) taken.push(readable);
      }
    },
    async forget() {
      await Promise.all(taken.map((messages) => deleteMessages(aws, queueUrl, messages)));
    },
    async giveBack() {
      const handles = taken.flat().map(({ ReceiptHandle }) => ReceiptHandle);
      await Promise.all(handles.map((handle) => postponeMessage(aws, queueUrl, handle, RETRY_SECONDS)));
    },
  };
}
