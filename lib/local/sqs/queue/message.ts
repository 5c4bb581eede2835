import type { Timer } from '../../clock.ts';
import type { MessageAttributes } from '../message-attributes.ts';

/** A message as it is sent. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Of FIFO queues. In a standard queue it asks for fairness, which is not emulated. */
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** Of standard queues: else the queue's. */
  readonly delaySeconds?: number | undefined;
}

/** `delayed`: nobody got it yet, nor may. `waiting`: may be handed out, in a FIFO queue in its turn. */
export type MessageState = 'delayed' | 'waiting' | 'in-flight';

/** A message in its queue. The queue alone changes it. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: MessageAttributes;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Of FIFO queues: 20 digits. */
  readonly sequenceNumber: string | undefined;
  /** Epoch milliseconds, as all times here. */
  sentAt: number;
  state: MessageState;
  receives: number;
  firstReceivedAt: number | undefined;
  /** The queue that gave up on the message. */
  deadLetterSourceArn: string | undefined;
  /** Ends the delay or the visibility timeout. */
  nextState: Timer | undefined;
  expiry: Timer | undefined;
}

/** One receive of a message. */
export interface Delivery {
  readonly message: Message;
  readonly receiptHandle: string;
  /** This one counted in. */
  readonly receives: number;
}
