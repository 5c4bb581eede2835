import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { World } from '../world.ts';
import type { Invocation, SimulatedFunction } from './lambda.ts';
import type { Message, Queue } from './queue.ts';

const PAUSE_MS = 1000;

/** Lambda's event source mapping: takes messages to a function. */
export class Poller {
  readonly #world: World;
  readonly #queue: Queue;
  readonly #function: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly #name: string;
  readonly #batchSize: number;
  #free: number;
  #isWaiting = false;

  constructor(
    world: World,
    queue: Queue,
    target: SimulatedFunction<SQSEvent, SQSBatchResponse>,
    options: { readonly name: string; readonly batchSize: number; readonly concurrency: number },
  ) {
    this.#world = world;
    this.#queue = queue;
    this.#function = target;
    this.#name = options.name;
    this.#batchSize = options.batchSize;
    this.#free = options.concurrency;
    queue.onVisible = () => this.#poll();
  }

  #poll(): void {
    if (this.#isWaiting || this.#free === 0 || !this.#queue.hasVisible()) return;
    this.#isWaiting = true;
    const { scheduler, random } = this.#world;
    scheduler.after(random.between(5, 200), () => {
      this.#isWaiting = false;
      this.#take();
    });
  }

  #take(): void {
    const messages = this.#queue.receive(this.#batchSize);
    if (messages.length > 0) {
      this.#free--;
      this.#function.invoke(eventOf(messages, this.#name), (invocation) => this.#finish(messages, invocation));
    }
    // What was not given may be given later.
    this.#world.scheduler.after(PAUSE_MS, () => this.#poll());
  }

  #finish(messages: readonly Message[], invocation: Invocation<SQSBatchResponse>): void {
    this.#free++;
    const { weather, random } = this.#world;
    if ('answer' in invocation) {
      const failed = new Set(invocation.answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { id, handle } of messages) {
        const isForgotten = weather.has('sqs-duplicates') && random.chance(0.15);
        if (!failed.has(id) && !isForgotten) this.#queue.remove(handle);
      }
    }
    this.#poll();
  }
}

function eventOf(messages: readonly Message[], queueName: string): SQSEvent {
  const Records = messages.map(({ id, handle, body, group, receiveCount }) => ({
    messageId: id,
    receiptHandle: handle,
    body,
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queueName}`,
    attributes: { MessageGroupId: group, ApproximateReceiveCount: String(receiveCount) },
  }));
  return { Records } as unknown as SQSEvent;
}
