import { createHash, randomUUID } from 'node:crypto';
import { ApiError } from '../../aws-api/api-error.ts';
import type { StackClock } from '../../clock.ts';
import { invalidParameter } from '../errors.ts';
import { Deduplication, type SentMessage } from './deduplication.ts';
import { FifoOrder } from './fifo-order.ts';
import type { Delivery, Message, MessageState, NewMessage } from './message.ts';
import type { MessageOrder } from './message-order.ts';
import { type QueueAttributes, type QueueSettings, settingsOf } from './queue-attributes.ts';
import { parseReceiptHandle, receiptHandleOf } from './receipt-handle.ts';
import { StandardOrder } from './standard-order.ts';
import { type Taking, Waiters } from './waiters.ts';

export interface QueueIdentity {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

export interface QueueOptions extends QueueIdentity {
  readonly attributes: QueueAttributes;
  readonly clock: StackClock;
  readonly findQueue: (arn: string) => Queue | undefined;
  /** Called on each change of the queue's depth. */
  readonly onChange: () => void;
}

export interface QueueDepth {
  readonly name: string;
  /** Messages that could be handed out now. */
  readonly ready: number;
  /** With those of a FIFO queue whose group is locked. */
  readonly waiting: number;
  readonly delayed: number;
  readonly inFlight: number;
  /** Receives that wait for a message. */
  readonly receivers: number;
}

const PURGE_PAUSE_MS = 60_000;

/** One queue. Nothing in it happens but by a call, or by the clock. */
export class Queue implements QueueIdentity {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly #options: QueueOptions;
  readonly #messages = new Map<string, Message>();
  readonly #counts: Record<MessageState, number> = { delayed: 0, waiting: 0, 'in-flight': 0 };
  readonly #order: MessageOrder;
  readonly #deduplication: Deduplication;
  readonly #waiters: Waiters;
  #attributes: QueueAttributes;
  #settings: QueueSettings;
  #changedAt: number;
  #purgedAt = Number.NEGATIVE_INFINITY;
  #sequence = 0n;

  constructor(options: QueueOptions) {
    const { name, url, arn, attributes, clock, onChange } = options;
    this.name = name;
    this.url = url;
    this.arn = arn;
    this.createdAt = clock.now();
    this.#changedAt = clock.now();
    this.#options = options;
    this.#attributes = attributes;
    this.#settings = settingsOf(attributes);
    this.#order = this.#settings.isFifo ? new FifoOrder() : new StandardOrder();
    this.#deduplication = new Deduplication(clock);
    this.#waiters = new Waiters({ clock, take: (taking) => this.#take(taking), onChange });
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  get attributes(): QueueAttributes {
    return this.#attributes;
  }

  /** When the attributes were last changed. */
  get changedAt(): number {
    return this.#changedAt;
  }

  setAttributes(attributes: QueueAttributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
    this.#settings = settingsOf(this.#attributes);
    this.#changedAt = this.#options.clock.now();
    for (const message of this.#messages.values()) this.#limitLife(message);
  }

  depth(): QueueDepth {
    const { waiting, delayed, 'in-flight': inFlight } = this.#counts;
    return { name: this.name, ready: this.#order.ready, waiting, delayed, inFlight, receivers: this.#waiters.size };
  }

  /** A duplicate is answered as its original was, and dropped. The deduplication id of a FIFO queue is checked before. */
  send(sent: NewMessage): SentMessage {
    const key = this.#deduplicationKey(sent);
    const original = key === undefined ? undefined : this.#deduplication.find(key);
    if (original !== undefined) return original;
    const message = this.#messageOf(sent);
    const response = { messageId: message.id, sequenceNumber: message.sequenceNumber };
    if (key !== undefined) this.#deduplication.add(key, response);
    const delayMs = sent.delaySeconds === undefined ? this.#settings.delayMs : sent.delaySeconds * 1000;
    this.#takeIn(message, delayMs);
    return response;
  }

  /** Messages at once, or as soon as there are some; none when the time, the client or the queue ends before. */
  receive(taking: Taking, waitMs: number, gone?: AbortSignal): Promise<readonly Delivery[]> {
    return this.#waiters.receive(taking, waitMs, gone);
  }

  /**
   * What was deleted before is no error. In a standard queue a handle still deletes when its visibility timeout has
   * ended, as long as nobody else received the message; a FIFO queue refuses it.
   */
  delete(receiptHandle: string): void {
    const { messageId, receive } = parseReceiptHandle(this.name, receiptHandle);
    const message = this.#messages.get(messageId);
    if (message === undefined) return;
    const isLatest = message.receives === receive;
    if (this.#settings.isFifo && !(isLatest && message.state === 'in-flight')) {
      throw invalidParameter('ReceiptHandle', receiptHandle, 'The receipt handle has expired.');
    }
    if (isLatest) this.#drop(message);
  }

  /** @param visibilityMs from now; 0 makes the message visible at once */
  changeVisibility(receiptHandle: string, visibilityMs: number): void {
    const { messageId, receive } = parseReceiptHandle(this.name, receiptHandle);
    const message = this.#messages.get(messageId);
    if (message?.state !== 'in-flight' || message.receives !== receive) {
      throw new ApiError('MessageNotInflight', "The specified message isn't in flight.");
    }
    this.#hide(message, visibilityMs);
    this.#changed();
  }

  purge(): void {
    const now = this.#options.clock.now();
    if (now - this.#purgedAt < PURGE_PAUSE_MS) {
      const message = `Only one PurgeQueue operation on ${this.name} is allowed every 60 seconds.`;
      throw new ApiError('PurgeQueueInProgress', message);
    }
    this.#purgedAt = now;
    for (const message of [...this.#messages.values()]) this.#drop(message);
  }

  /** Ends all receives that wait, and all timers. */
  close(): void {
    this.#waiters.close();
    for (const message of this.#messages.values()) stopTimers(message);
    this.#messages.clear();
  }

  #messageOf({ body, attributes, groupId, deduplicationId }: NewMessage): Message {
    return {
      id: randomUUID(),
      body,
      md5OfBody: createHash('md5').update(body).digest('hex'),
      attributes,
      groupId,
      deduplicationId,
      sequenceNumber: this.#settings.isFifo ? this.#nextSequenceNumber() : undefined,
      sentAt: this.#options.clock.now(),
      state: 'waiting',
      receives: 0,
      firstReceivedAt: undefined,
      deadLetterSourceArn: undefined,
      nextState: undefined,
      expiry: undefined,
    };
  }

  #nextSequenceNumber(): string {
    this.#sequence += 1n;
    return this.#sequence.toString().padStart(20, '0');
  }

  #deduplicationKey({ groupId, deduplicationId }: NewMessage): string | undefined {
    if (!this.#settings.isFifo || deduplicationId === undefined) return undefined;
    // A line feed can be in no id that SQS accepts.
    return this.#settings.isDeduplicatedByGroup ? `${groupId}\n${deduplicationId}` : deduplicationId;
  }

  #takeIn(message: Message, delayMs: number): void {
    this.#messages.set(message.id, message);
    message.state = delayMs > 0 ? 'delayed' : 'waiting';
    this.#counts[message.state] += 1;
    this.#order.add(message);
    if (delayMs > 0) message.nextState = this.#options.clock.after(delayMs, () => this.#release(message));
    this.#limitLife(message);
    this.#changed();
  }

  #limitLife(message: Message): void {
    message.expiry?.cancel();
    const { clock } = this.#options;
    const lifeMs = message.sentAt + this.#settings.retentionMs - clock.now();
    message.expiry = clock.after(lifeMs, () => this.#drop(message));
  }

  #take({ limit, visibilityMs = this.#settings.visibilityMs }: Taking): readonly Delivery[] {
    const before = this.#messages.size;
    const taken = this.#order.take(limit, (message) => this.#handOut(message));
    const deliveries = taken.map((message) => ({
      message,
      receiptHandle: receiptHandleOf(this.name, message),
      receives: message.receives,
    }));
    // Only now: a timeout of 0 would give a message twice to one batch.
    for (const message of taken) this.#hide(message, visibilityMs);
    if (taken.length > 0 || this.#messages.size < before) this.#changed();
    return deliveries;
  }

  /** Marks a message as received, or gives it to the dead letters. */
  #handOut(message: Message): boolean {
    const deadLetters = this.#deadLettersFor(message);
    if (deadLetters !== undefined) {
      this.#forget(message);
      deadLetters.#bury(message, this.arn);
      return false;
    }
    this.#setState(message, 'in-flight');
    message.receives += 1;
    message.firstReceivedAt ??= this.#options.clock.now();
    return true;
  }

  #deadLettersFor({ receives }: Message): Queue | undefined {
    const { redrive } = this.#settings;
    if (redrive === undefined || receives < redrive.maxReceives) return undefined;
    return this.#options.findQueue(redrive.deadLetterTargetArn);
  }

  /**
   * In a standard queue the retention goes on from the first sending, in a FIFO queue it begins anew:
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
   */
  #bury(message: Message, sourceArn: string): void {
    message.deadLetterSourceArn = sourceArn;
    if (this.#settings.isFifo) message.sentAt = this.#options.clock.now();
    this.#takeIn(message, 0);
  }

  #hide(message: Message, visibilityMs: number): void {
    message.nextState?.cancel();
    if (visibilityMs === 0) this.#release(message);
    else message.nextState = this.#options.clock.after(visibilityMs, () => this.#release(message));
  }

  #release(message: Message): void {
    message.nextState = undefined;
    this.#setState(message, 'waiting');
    this.#order.release(message);
    this.#changed();
  }

  #drop(message: Message): void {
    this.#order.remove(message);
    this.#forget(message);
    this.#changed();
  }

  #forget(message: Message): void {
    stopTimers(message);
    this.#messages.delete(message.id);
    this.#counts[message.state] -= 1;
  }

  #setState(message: Message, state: MessageState): void {
    this.#counts[message.state] -= 1;
    this.#counts[state] += 1;
    message.state = state;
  }

  #changed(): void {
    this.#options.onChange();
    this.#waiters.wake();
  }
}

function stopTimers(message: Message): void {
  message.nextState?.cancel();
  message.expiry?.cancel();
}
