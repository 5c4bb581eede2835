import type { AwsCall, AwsResponse } from '../../../lib/aws/client.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly group: string;
  receiveCount: number;
  /** Epoch milliseconds from which it may be received. */
  visibleAt: number;
  /** Of the last receive: only it may delete or postpone. */
  handle: string;
}

export interface QueueOptions {
  readonly isFifo: boolean;
  readonly visibilityMs: number;
  readonly maxReceiveCount: number;
}

const DEDUPLICATION_MS = 300_000;

/** SQS, standard or FIFO. */
export class Queue {
  readonly deadLetters: Message[] = [];
  /** In the order of sending. */
  readonly messages: Message[] = [];
  /** Called when something may have become visible. */
  onVisible: () => void = () => {};
  /** For what may be sent twice or received out of order. */
  mayDuplicate = false;
  readonly #seenIds = new Map<string, number>();
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #options: QueueOptions;
  #count = 0;

  constructor(scheduler: Scheduler, random: Random, options: QueueOptions) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#options = options;
  }

  call({ headers, body }: AwsCall): AwsResponse {
    const action = headers?.['x-amz-target']?.slice('AmazonSQS.'.length);
    const input = JSON.parse(String(body)) as Record<string, unknown>;
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(this.#act(action, input))) };
  }

  #act(action: string | undefined, input: Record<string, unknown>): object {
    switch (action) {
      case 'SendMessage':
        this.#send(input);
        return {};
      case 'ReceiveMessage': {
        const taken = this.receive(Number(input.MaxNumberOfMessages ?? 1));
        const Messages = taken.map(({ id, handle, body }) => ({ MessageId: id, ReceiptHandle: handle, Body: body }));
        return taken.length === 0 ? {} : { Messages };
      }
      case 'ChangeMessageVisibility':
        this.postpone(String(input.ReceiptHandle), Number(input.VisibilityTimeout) * 1000);
        return {};
      case 'DeleteMessageBatch':
        for (const entry of input.Entries as { ReceiptHandle: string }[]) this.remove(entry.ReceiptHandle);
        return {};
      default:
        throw new Error(`the simulated SQS does not know ${action}`);
    }
  }

  #send(input: Record<string, unknown>): void {
    const { now } = this.#scheduler;
    const group = String(input.MessageGroupId ?? '');
    if (this.#options.isFifo) {
      const id = `${group} ${input.MessageDeduplicationId}`;
      if ((this.#seenIds.get(id) ?? 0) > now) return;
      this.#seenIds.set(id, now + DEDUPLICATION_MS);
    }
    const copies = !this.#options.isFifo && this.mayDuplicate && this.#random.chance(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.#add(String(input.MessageBody), group, Number(input.DelaySeconds ?? 0) * 1000);
    }
  }

  #add(body: string, group: string, delayMs: number): void {
    const id = `m${this.#count++}`;
    this.messages.push({ id, body, group, receiveCount: 0, visibleAt: this.#scheduler.now + delayMs, handle: '' });
    this.#wakeAfter(delayMs);
  }

  /** Moves what was received too often to the dead letters. */
  receive(limit: number): Message[] {
    const { now } = this.#scheduler;
    const taken: Message[] = [];
    const blocked = new Set<string>();
    for (const message of [...this.messages]) {
      if (taken.length === limit) break;
      if (this.#options.isFifo && blocked.has(message.group)) continue;
      blocked.add(message.group);
      if (message.visibleAt > now) continue;
      if (message.receiveCount >= this.#options.maxReceiveCount) {
        this.#discard(message);
        this.deadLetters.push(message);
        if (this.#options.isFifo) blocked.delete(message.group);
        continue;
      }
      // A standard queue need not give what it has, and not in order.
      if (!this.#options.isFifo && this.mayDuplicate && this.#random.chance(0.2)) continue;
      message.receiveCount++;
      message.handle = `${message.id}.${message.receiveCount}`;
      message.visibleAt = now + this.#options.visibilityMs;
      this.#wakeAfter(this.#options.visibilityMs);
      taken.push(message);
    }
    return taken;
  }

  remove(handle: string): void {
    const message = this.messages.find((each) => each.handle === handle);
    if (message === undefined) return;
    this.#discard(message);
    this.onVisible();
  }

  postpone(handle: string, milliseconds: number): void {
    const message = this.messages.find((each) => each.handle === handle);
    if (message === undefined) return;
    message.visibleAt = this.#scheduler.now + milliseconds;
    this.#wakeAfter(milliseconds);
  }

  hasVisible(): boolean {
    return this.messages.some(({ visibleAt }) => visibleAt <= this.#scheduler.now);
  }

  #discard(message: Message): void {
    this.messages.splice(this.messages.indexOf(message), 1);
  }

  #wakeAfter(milliseconds: number): void {
    this.#scheduler.after(milliseconds, () => this.onVisible());
  }
}
