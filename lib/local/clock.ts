/** What only reads the time. Epoch milliseconds, as `Date.now()`. */
export interface Clock {
  now(): number;
}

export interface Timer {
  /** Epoch milliseconds of the stack's clock. */
  readonly dueAt: number;
  cancel(): void;
}

/**
 * - `flowing`: the machine's time, plus what `advance` has added. What waits, waits for real.
 * - `standing`: moved by `advance` alone, so that no machine is too slow for a test.
 */
export type Pace = 'flowing' | 'standing';

/** Somebody who waits for a time, and goes on then. A limit, which ends what takes too long, is none. */
export interface Sleeper {
  /** The function's name, or what else waits: for whoever looks on. */
  readonly name: string;
  readonly dueAt: number;
}

type Listener = () => void;

/**
 * The time of one local stack. Everything in it that waits does so here, and so a move of the clock moves everything:
 * timers that have come due by then fire at once.
 */
export class StackClock implements Clock {
  readonly pace: Pace;
  readonly #timers = new Set<PendingTimer>();
  readonly #sleepers = new Set<Sleeper>();
  readonly #onMove = new Set<Listener>();
  readonly #onSleep = new Set<Listener>();
  /** For the thread of S3 and SQS: the offset of a clock that flows. */
  readonly sharedOffset = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  /** Flowing: milliseconds ahead of the machine's clock. Standing: the time itself. */
  #base: number;

  constructor(pace: Pace = 'flowing', now = Date.now()) {
    this.pace = pace;
    this.#base = pace === 'standing' ? now : 0;
  }

  now(): number {
    return this.pace === 'standing' ? this.#base : Date.now() + this.#base;
  }

  /** Milliseconds that this clock is ahead of the machine's. */
  get offset(): number {
    return this.pace === 'standing' ? this.#base - Date.now() : this.#base;
  }

  advance(milliseconds: number): void {
    this.#base += Math.round(milliseconds);
    Atomics.store(new BigInt64Array(this.sharedOffset), 0, BigInt(this.offset));
    for (const listener of this.#onMove) listener();
    const due = [...this.#timers].filter(({ dueAt }) => dueAt <= this.now());
    // One that fires may cancel another that is due.
    for (const timer of due.sort((a, b) => a.dueAt - b.dueAt)) if (this.#timers.has(timer)) timer.fire();
    for (const timer of this.#timers) timer.rearm();
  }

  /** Calls `listener` after each move, before the timers that have come due; returns the function that ends it. */
  onMove(listener: Listener): () => void {
    this.#onMove.add(listener);
    return () => this.#onMove.delete(listener);
  }

  /** Calls `onDue` once, `milliseconds` from now. The timer keeps no process alive. */
  after(milliseconds: number, onDue: () => void): Timer {
    const timer = new PendingTimer(this, this.now() + Math.max(0, milliseconds), () => {
      this.#timers.delete(timer);
      onDue();
    });
    this.#timers.add(timer);
    timer.rearm();
    return {
      dueAt: timer.dueAt,
      cancel: () => {
        timer.disarm();
        this.#timers.delete(timer);
      },
    };
  }

  /** Resolves after `milliseconds`; rejects with the signal's reason when that comes first. */
  sleep(milliseconds: number, name: string, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wake = this.addSleeper({ name, dueAt: this.now() + milliseconds });
      const onAbort = (): void => {
        wake();
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(milliseconds, () => {
        wake();
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Who sleeps now, the first to wake first. */
  get sleepers(): readonly Sleeper[] {
    return [...this.#sleepers].sort((a, b) => a.dueAt - b.dueAt);
  }

  /** Notes somebody who sleeps elsewhere, in a sandbox; returns the function to call when they wake. */
  addSleeper(sleeper: Sleeper): () => void {
    this.#sleepers.add(sleeper);
    for (const listener of this.#onSleep) listener();
    return () => this.#sleepers.delete(sleeper);
  }

  /** Calls `listener` whenever somebody falls asleep; returns the function that ends it. */
  onSleep(listener: Listener): () => void {
    this.#onSleep.add(listener);
    return () => this.#onSleep.delete(listener);
  }
}

/** Longer waits of setTimeout would end at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

class PendingTimer {
  readonly dueAt: number;
  readonly #clock: StackClock;
  readonly #onDue: () => void;
  #timeout: NodeJS.Timeout | undefined;

  constructor(clock: StackClock, dueAt: number, onDue: () => void) {
    this.#clock = clock;
    this.dueAt = dueAt;
    this.#onDue = onDue;
  }

  fire(): void {
    this.disarm();
    this.#onDue();
  }

  /** Waits for the rest of its time, where time flows by itself. */
  rearm(): void {
    this.disarm();
    if (this.#clock.pace === 'standing') return;
    const wait = Math.min(this.dueAt - this.#clock.now(), LONGEST_WAIT_MS);
    this.#timeout = setTimeout(() => (this.#clock.now() >= this.dueAt ? this.fire() : this.rearm()), wait);
    this.#timeout.unref();
  }

  disarm(): void {
    clearTimeout(this.#timeout);
  }
}
