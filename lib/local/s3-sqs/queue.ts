import {
  type DeadLetterResolver,
  type Deduplication,
  type QueueMessage,
  type ReceivedMessage,
  SqsError,
  SqsQueue,
} from './fauxqs.ts';

const DEDUPLICATION_MILLISECONDS = 5 * 60_000;
const MAX_BATCH = 10;
/** Expired receipt handles that a queue still tells from unknown ones. */
const MAX_EXPIRED_HANDLES = 10_000;

interface SentMessage {
  readonly until: number;
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
}

/** One queue of fauxqs, with what it lacks of SQS's FIFO order, receipt handles, deduplication, retention and waiting. */
export class LocalQueue extends SqsQueue {
  readonly #expiredHandles = new Map<string, QueueMessage>();
  readonly #sent = new Map<string, SentMessage>();
  #isDequeuing = false;
  #isClosed = false;

  override dequeue(
    limit: number,
    visibilitySeconds: number | undefined,
    deadLetters: DeadLetterResolver | undefined,
  ): ReceivedMessage[] {
    this.processTimers();
    this.#isDequeuing = true;
    try {
      const resolver = deadLetters && this.#markingSource(deadLetters);
      if (!this.isFifo()) return super.dequeue(limit, visibilitySeconds, resolver);
      return this.#dequeueGroups(Math.min(limit, MAX_BATCH), visibilitySeconds, resolver);
    } finally {
      this.#isDequeuing = false;
      if (this.#hasAvailable()) this.notifyWaiters();
    }
  }

  /** SQS fills a batch from one group as far as it goes. fauxqs takes one message and locks the group: unlocked again until the batch is full. */
  #dequeueGroups(
    limit: number,
    visibilitySeconds: number | undefined,
    deadLetters: DeadLetterResolver | undefined,
  ): ReceivedMessage[] {
    const received: ReceivedMessage[] = [];
    const held = new Map<string, number>();
    while (received.length < limit) {
      const [message] = super.dequeue(1, visibilitySeconds, deadLetters);
      if (message === undefined) break;
      received.push(message);
      const group = this.inflightMessages.get(message.ReceiptHandle)?.message.messageGroupId ?? '';
      held.set(group, (held.get(group) ?? 0) + 1);
      this.fifoLockedGroups.delete(group);
    }
    for (const [group, count] of held) this.fifoLockedGroups.set(group, count);
    return received;
  }

  #markingSource(deadLetters: DeadLetterResolver): DeadLetterResolver {
    return (arn) => {
      const target = deadLetters(arn);
      return (
        target && {
          enqueue: (message) => {
            message.deadLetterSourceArn = this.arn;
            target.enqueue(message);
          },
        }
      );
    };
  }

  override enqueue(message: QueueMessage): void {
    const scoped = message.messageDeduplicationId;
    if (scoped !== undefined) message.messageDeduplicationId = unscopedDeduplicationId(scoped);
    super.enqueue(message);
  }

  override processTimers(): void {
    // fauxqs asks again before each message that it takes. A message with a visibility timeout of 0 would come back
    // within its own batch.
    if (this.#isDequeuing) return;
    const now = Date.now();
    const expired = [...this.inflightMessages].filter(([, { visibilityDeadline }]) => visibilityDeadline <= now);
    for (const [handle, { message }] of expired) this.#expireHandle(handle, message);
    super.processTimers();
    if (expired.length > 0) this.#restoreOrder();
    this.#dropOutlived(now);
  }

  override changeVisibility(receiptHandle: string, seconds: number): void {
    const entry = this.inflightMessages.get(receiptHandle);
    super.changeVisibility(receiptHandle, seconds);
    if (entry === undefined || seconds > 0) return;
    this.#expireHandle(receiptHandle, entry.message);
    this.#restoreOrder();
  }

  /** Returned messages go back to the front of their group, in the order in which they happened to return. */
  #restoreOrder(): void {
    for (const messages of this.fifoMessages.values()) {
      messages.sort((a, b) => Number(a.sequenceNumber) - Number(b.sequenceNumber));
    }
  }

  #dropOutlived(now: number): void {
    const oldest = now - Number(this.attributes.MessageRetentionPeriod) * 1000;
    const isKept = (message: QueueMessage) => message.sentTimestamp > oldest;
    if (!this.messages.every(isKept)) this.messages = this.messages.filter(isKept);
    for (const [group, messages] of this.fifoMessages) {
      if (messages.every(isKept)) continue;
      const kept = messages.filter(isKept);
      if (kept.length > 0) this.fifoMessages.set(group, kept);
      else this.fifoMessages.delete(group);
    }
  }

  #expireHandle(handle: string, message: QueueMessage): void {
    this.#expiredHandles.set(handle, message);
    const [eldest] = this.#expiredHandles.keys();
    if (this.#expiredHandles.size > MAX_EXPIRED_HANDLES && eldest !== undefined) this.#expiredHandles.delete(eldest);
  }

  /** FIFO queues refuse a handle whose visibility timeout has ended. */
  checkDeletable(receiptHandle: string): void {
    this.processTimers();
    if (!this.isFifo() || !this.#expiredHandles.has(receiptHandle)) return;
    const reason = 'The receipt handle has expired.';
    const message = `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`;
    throw new SqsError('InvalidParameterValue', message);
  }

  /** In a standard queue an expired handle still deletes, as long as nobody else received the message. */
  override deleteMessage(receiptHandle: string): boolean {
    const expired = this.#expiredHandles.get(receiptHandle);
    if (expired === undefined) return super.deleteMessage(receiptHandle);
    this.messages = this.messages.filter((message) => message !== expired);
    return true;
  }

  // fauxqs forgets the oldest ids when there are more than 10,000 of them.
  override checkDeduplication(id: string): Deduplication {
    const sent = this.#sent.get(id);
    if (sent === undefined || sent.until <= Date.now()) return { isDuplicate: false };
    return { isDuplicate: true, originalMessageId: sent.messageId, originalSequenceNumber: sent.sequenceNumber };
  }

  override recordDeduplication(id: string, messageId: string, sequenceNumber?: string): void {
    const now = Date.now();
    for (const [known, { until }] of this.#sent) {
      if (until > now) break;
      this.#sent.delete(known);
    }
    this.#sent.set(id, { until: now + DEDUPLICATION_MILLISECONDS, messageId, sequenceNumber });
  }

  /** Wakes one waiter; its dequeue wakes the next if something is left. fauxqs wakes all, and most return early with nothing. */
  override notifyWaiters(): void {
    if (this.#isDequeuing) return;
    const waiter = this.pollWaiters.shift();
    if (waiter === undefined) return;
    clearTimeout(waiter.timer);
    waiter.resolve();
  }

  /** A receiver that was quicker may take what woke this one: it then waits for the rest of its time. */
  override async waitForMessages(seconds: number): Promise<void> {
    // Not Date: a moved clock must not end the wait of a client that measures on its own.
    const end = performance.now() + seconds * 1000;
    do {
      await super.waitForMessages(Math.max(0, end - performance.now()) / 1000);
    } while (!this.#hasAvailable() && !this.#isClosed && performance.now() < end);
  }

  override cancelWaiters(): void {
    this.#isClosed = true;
    super.cancelWaiters();
  }

  #hasAvailable(): boolean {
    return this.isFifo() ? this.hasAvailableFifoMessages() : this.messages.length > 0;
  }
}

// fauxqs deduplicates by one string per queue. A line feed can be in no id that SQS accepts.
const SCOPE_SEPARATOR = '\n';

/** The id under which fauxqs deduplicates within a message group. */
export function scopedDeduplicationId(group: string, id: string): string {
  return `${group}${SCOPE_SEPARATOR}${id}`;
}

function unscopedDeduplicationId(id: string): string {
  return id.slice(id.indexOf(SCOPE_SEPARATOR) + 1);
}
