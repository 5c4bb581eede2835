import { setTimeout as delay } from 'node:timers/promises';
import type { LocalEvent } from '../events.ts';
import type { QueueDepth } from '../sqs/queue.ts';
import type { StackContext } from './context.ts';
import type { EventLog } from './event-log.ts';

const POLL_MS = 20;
/** Polls in a row without a sign of work: a message may be between its queue and its function at one look. */
const QUIET_POLLS = 3;

/** Knows when a stack has nothing left to do. */
export class IdleWatch {
  readonly #context: StackContext;
  /** Messages of a queue whose batch failed: they are in flight until their visibility timeout, and nobody works on them. */
  readonly #failed = new Map<string, number>();
  #events = 0;

  constructor(context: StackContext, events: EventLog) {
    this.#context = context;
    events.subscribe((event) => this.#note(event));
  }

  /** Waits until no function runs, no queue has a message to hand out and the edge fetches nothing. */
  async settled(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    let quietPolls = 0;
    let events = -1;
    while (quietPolls < QUIET_POLLS) {
      for (const distribution of this.#context.distributions.values()) await distribution.settled();
      const busy = this.#busyWith();
      if (performance.now() > end)
        throw new Error(`the stack has not settled in ${timeoutMs} ms: ${busy || 'new events'}`);
      quietPolls = busy === '' && events === this.#events ? quietPolls + 1 : 0;
      events = this.#events;
      await delay(POLL_MS);
    }
  }

  #note(event: LocalEvent): void {
    this.#events += 1;
    if (event.kind !== 'job') return;
    this.#failed.set(event.queueName, (this.#failed.get(event.queueName) ?? 0) + event.failures);
  }

  /** What still works, in words; empty when nothing does. */
  #busyWith(): string {
    const functions = [...this.#context.functions.values()]
      .filter(({ running }) => running > 0)
      .map(({ name, running }) => `${running} invocations of ${name}`);
    const queues = this.#depths().map((depth) => ({ name: depth.name, messages: this.#activeMessages(depth) }));
    const messages = queues
      .filter((queue) => queue.messages > 0)
      .map((queue) => `${queue.messages} messages in ${queue.name}`);
    return [...functions, ...messages].join(', ');
  }

  #activeMessages({ name, waiting, inFlight }: QueueDepth): number {
    if (inFlight === 0) this.#failed.delete(name);
    const waitingForRetry = Math.min(this.#failed.get(name) ?? 0, inFlight);
    return waiting + inFlight - waitingForRetry;
  }

  #depths(): readonly QueueDepth[] {
    const { server, consumedQueues } = this.#context;
    return server.queueDepths().filter(({ name }) => consumedQueues.has(name));
  }
}
