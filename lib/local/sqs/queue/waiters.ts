import type { StackClock } from '../../clock.ts';
import type { Delivery } from './message.ts';

export interface Taking {
  readonly limit: number;
  /** @default the queue's */
  readonly visibilityMs?: number | undefined;
}

export interface WaitersOptions {
  readonly clock: StackClock;
  readonly take: (taking: Taking) => readonly Delivery[];
  /** Called when somebody begins or ends to wait. */
  readonly onChange: () => void;
}

interface Waiter {
  readonly taking: Taking;
  end(deliveries: readonly Delivery[]): void;
}

/** Those who wait for messages of one queue, first come, first served. Nobody wakes up for nothing but the end of their time. */
export class Waiters {
  readonly #options: WaitersOptions;
  readonly #waiting = new Set<Waiter>();
  #isWaking = false;
  #isClosed = false;

  constructor(options: WaitersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  async receive(taking: Taking, waitMs: number, gone?: AbortSignal): Promise<readonly Delivery[]> {
    if (this.#isClosed || gone?.aborted) return [];
    const deliveries = this.#options.take(taking);
    return deliveries.length > 0 || waitMs === 0 ? deliveries : this.#wait(taking, waitMs, gone);
  }

  #wait(taking: Taking, waitMs: number, gone: AbortSignal | undefined): Promise<readonly Delivery[]> {
    const { promise, resolve } = Promise.withResolvers<readonly Delivery[]>();
    const leave = (): void => waiter.end([]);
    const timer = this.#options.clock.after(waitMs, leave);
    const waiter: Waiter = {
      taking,
      end: (deliveries) => {
        this.#waiting.delete(waiter);
        timer.cancel();
        gone?.removeEventListener('abort', leave);
        resolve(deliveries);
        this.#options.onChange();
      },
    };
    this.#waiting.add(waiter);
    gone?.addEventListener('abort', leave);
    this.#options.onChange();
    return promise;
  }

  /** Called when there may be something to hand out. What comes in the same turn goes out together. */
  wake(): void {
    if (this.#isWaking || this.#waiting.size === 0) return;
    this.#isWaking = true;
    queueMicrotask(() => {
      this.#isWaking = false;
      this.#serve();
    });
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      const deliveries = this.#options.take(waiter.taking);
      if (deliveries.length === 0) return;
      waiter.end(deliveries);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiting) waiter.end([]);
  }
}
