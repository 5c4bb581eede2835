import type { Message } from './message.ts';
import type { Accept, MessageOrder } from './message-order.ts';

/** First come, first served. SQS promises no order; this one starves nobody. */
export class StandardOrder implements MessageOrder {
  readonly #waiting = new Set<Message>();

  get ready(): number {
    return this.#waiting.size;
  }

  add(message: Message): void {
    if (message.state === 'waiting') this.#waiting.add(message);
  }

  release(message: Message): void {
    this.#waiting.add(message);
  }

  remove(message: Message): void {
    this.#waiting.delete(message);
  }

  take(limit: number, accept: Accept): Message[] {
    const taken: Message[] = [];
    for (const message of this.#waiting) {
      if (taken.length === limit) break;
      this.#waiting.delete(message);
      if (accept(message)) taken.push(message);
    }
    return taken;
  }
}
