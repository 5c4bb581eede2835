import type { Message } from './message.ts';

/** Decides for each message that could be handed out: false when it leaves the queue instead, as a dead letter. */
export type Accept = (message: Message) => boolean;

/** In which order a queue hands out its messages. */
export interface MessageOrder {
  /** Takes in a message that was sent, delayed or not. */
  add(message: Message): void;
  /** The message waits, after a delay or a time in flight. */
  release(message: Message): void;
  /** The message has left the queue, whatever it was doing. */
  remove(message: Message): void;
  /** Up to `limit` messages that wait and whose turn it is, and that `accept` accepts. */
  take(limit: number, accept: Accept): Message[];
  /** How many `take` could give now. */
  readonly ready: number;
}
