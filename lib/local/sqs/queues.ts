import { ApiError } from '../aws-api/api-error.ts';
import type { StackClock } from '../clock.ts';
import { queueDoesNotExist } from './errors.ts';
import { Queue, type QueueDepth } from './queue/queue.ts';
import {
  checkAttributes,
  checkQueueName,
  isFifoName,
  type QueueAttributes,
  withDefaults,
} from './queue/queue-attributes.ts';
import { invalidPolicy, parseRedrivePolicy } from './queue/redrive-policy.ts';

export interface QueuesOptions {
  readonly clock: StackClock;
  /** Under which an SDK client reaches a queue. */
  readonly urlOf: (name: string) => string;
  /** `arn:aws:sqs:REGION:ACCOUNT:`. There is one region, whatever that of a client is. */
  readonly arnPrefix: string;
}

/** All queues of a stack. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #queues = new Map<string, Queue>();
  readonly #listeners = new Set<() => void>();

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  get all(): readonly Queue[] {
    return [...this.#queues.values()];
  }

  /** Idempotent for equal attributes. Throws ApiError for what SQS refuses. */
  create(name: string, attributes: QueueAttributes): Queue {
    checkQueueName(name);
    this.#check(name, attributes);
    const existing = this.#queues.get(name);
    if (existing !== undefined) return sameQueue(existing, attributes);
    const queue = new Queue({
      name,
      url: this.#options.urlOf(name),
      arn: this.arnOf(name),
      attributes: withDefaults(name, attributes),
      clock: this.#options.clock,
      findQueue: (arn) => this.withArn(arn),
      onChange: () => this.#tell(),
    });
    this.#queues.set(name, queue);
    return queue;
  }

  setAttributes(queue: Queue, attributes: QueueAttributes): void {
    this.#check(queue.name, attributes);
    queue.setAttributes(attributes);
  }

  /** By its URL, of which only the name counts: who asks reached this server. Throws ApiError when there is none. */
  withUrl(url: string): Queue {
    return this.named(url.slice(url.lastIndexOf('/') + 1));
  }

  /** Throws ApiError when there is none. */
  named(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }

  arnOf(name: string): string {
    return `${this.#options.arnPrefix}${name}`;
  }

  withArn(arn: string): Queue | undefined {
    return this.all.find((queue) => queue.arn === arn);
  }

  remove(queue: Queue): void {
    this.#queues.delete(queue.name);
    queue.close();
    this.#tell();
  }

  depths(): readonly QueueDepth[] {
    return this.all.map((queue) => queue.depth());
  }

  /** Calls `listener` on each change of any queue; returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends all receives that wait. */
  close(): void {
    for (const queue of this.all) queue.close();
  }

  #check(name: string, attributes: QueueAttributes): void {
    checkAttributes(name, attributes);
    if (!attributes.RedrivePolicy) return;
    const { deadLetterTargetArn } = parseRedrivePolicy(attributes.RedrivePolicy);
    const target = this.withArn(deadLetterTargetArn);
    if (target === undefined) throw invalidPolicy(attributes.RedrivePolicy, 'Dead letter target does not exist.');
    if (target.settings.isFifo === isFifoName(name)) return;
    throw invalidPolicy(attributes.RedrivePolicy, 'Dead-letter queue must be same type of queue as the source.');
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function sameQueue(existing: Queue, attributes: QueueAttributes): Queue {
  const other = Object.keys(attributes).find((name) => attributes[name] !== existing.attributes[name]);
  if (other === undefined) return existing;
  const message = `A queue already exists with the same name and a different value for attribute ${other}`;
  throw new ApiError('QueueNameExists', message);
}
