import type { Message } from './message.ts';
import type { Accept, MessageOrder } from './message-order.ts';

interface Group {
  /** In the order of sending, whatever each is doing. */
  readonly messages: Message[];
  readonly inFlight: Set<Message>;
}

/**
 * The order of sending within each message group. A group is locked while one of its messages is in flight, and a batch
 * takes as many of one group as it can:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export class FifoOrder implements MessageOrder {
  /** The group that was served longest ago comes first. */
  readonly #groups = new Map<string, Group>();

  get ready(): number {
    return [...this.#groups.values()].reduce((sum, group) => sum + readyIn(group), 0);
  }

  add(message: Message): void {
    const id = message.groupId ?? '';
    const group = this.#groups.get(id) ?? { messages: [], inFlight: new Set() };
    this.#groups.set(id, group);
    group.messages.push(message);
  }

  release(message: Message): void {
    this.#groups.get(message.groupId ?? '')?.inFlight.delete(message);
  }

  remove(message: Message): void {
    const id = message.groupId ?? '';
    const group = this.#groups.get(id);
    if (group === undefined) return;
    group.inFlight.delete(message);
    const index = group.messages.indexOf(message);
    if (index >= 0) group.messages.splice(index, 1);
    if (group.messages.length === 0) this.#groups.delete(id);
  }

  take(limit: number, accept: Accept): Message[] {
    const taken: Message[] = [];
    for (const [id, group] of [...this.#groups]) {
      if (taken.length === limit) break;
      const messages = takeFrom(group, limit - taken.length, accept);
      taken.push(...messages);
      this.#serveLast(id, group, messages.length);
    }
    return taken;
  }

  #serveLast(id: string, group: Group, served: number): void {
    if (served === 0 && group.messages.length > 0) return;
    this.#groups.delete(id);
    if (group.messages.length > 0) this.#groups.set(id, group);
  }
}

function readyIn({ messages, inFlight }: Group): number {
  if (inFlight.size > 0) return 0;
  const blocked = messages.findIndex(({ state }) => state !== 'waiting');
  return blocked < 0 ? messages.length : blocked;
}

function takeFrom(group: Group, limit: number, accept: Accept): Message[] {
  const taken: Message[] = [];
  if (group.inFlight.size > 0) return taken;
  while (taken.length < limit) {
    const message = group.messages[taken.length];
    if (message?.state !== 'waiting') break;
    if (accept(message)) taken.push(message);
    else group.messages.splice(taken.length, 1);
  }
  for (const message of taken) group.inFlight.add(message);
  return taken;
}
