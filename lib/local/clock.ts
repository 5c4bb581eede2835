// Kept, for in a sandbox the handler's are replaced by ones that ask this clock.
const machineNow = Date.now;
const { setTimeout, clearTimeout } = globalThis;

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
  #position: number;

  constructor(pace: Pace = 'flowing', now = machineNow()) {
    this.pace = pace;
    this.#position = pace === 'standing' ? now : 0;
  }

  now(): number {
    return this.pace === 'standing' ? this.#position : machineNow() + this.#position;
  }

  /** Milliseconds that this clock is ahead of the machine's. */
  get offset(): number {
    return this.pace === 'standing' ? this.#position - machineNow() : this.#position;
  }

  /** Flowing: milliseconds ahead of the machine's clock. Standing: the time itself. */
  get position(): number {
    return this.#position;
  }

  advance(milliseconds: number): void {
    this.moveTo(this.#position + Math.round(milliseconds));
  }

  /** Goes to where another clock of the same pace stands; never back. */
  moveTo(position: number): void {
    if (position <= this.#position) return;
    this.#position = position;
    for (const listener of this.#onMove) listener();
    this.#fireDue();
    for (const timer of this.#timers) timer.rearm();
  }

  #fireDue(): void {
    const due = [...this.#timers].filter(({ dueAt }) => dueAt <= this.now());
    // One that fires may cancel another that is due.
    for (const timer of due.sort((a, b) => a.dueAt - b.dueAt)) if (this.#timers.has(timer)) timer.fire();
  }

  /** Calls `listener` after each move, before the timers that have come due; returns the function that ends it. */
  onMove(listener: Listener): () => void {
    this.#onMove.add(listener);
    return () => this.#onMove.delete(listener);
  }

  /** Calls `onDue` once, `milliseconds` from now; for 0 soon, also on a standing clock. Keeps no process alive. */
  after(milliseconds: number, onDue: () => void): Timer {
    const fire = () => {
      this.#timers.delete(timer);
      onDue();
    };
    const timer = new PendingTimer(this, this.now() + Math.ceil(Math.max(0, milliseconds)), fire, () =>
      this.#fireDue(),
    );
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
      const onAbort = (): void => {
        wake();
        timer.cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const timer = this.after(milliseconds, () => {
        wake();
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const wake = this.addSleeper({ name, dueAt: timer.dueAt });
    });
  }

  /** Who sleeps now, the first to wake first. Whose time has come is awake, though a sandbox may not have said so yet. */
  get sleepers(): readonly Sleeper[] {
    return [...this.#sleepers].filter(({ dueAt }) => dueAt > this.now()).sort((a, b) => a.dueAt - b.dueAt);
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
  readonly #fireDue: () => void;
  #timeout: NodeJS.Timeout | undefined;

  /** `fireDue` fires whatever has come due, this timer too: in the order in which it did, which setTimeout may miss by one. */
  constructor(clock: StackClock, dueAt: number, onDue: () => void, fireDue: () => void) {
    this.#clock = clock;
    this.dueAt = dueAt;
    this.#onDue = onDue;
    this.#fireDue = fireDue;
  }

  fire(): void {
    this.disarm();
    this.#onDue();
  }

  /** Waits for the rest of its time, where time flows by itself. */
  rearm(): void {
    this.disarm();
    const wait = Math.min(this.dueAt - this.#clock.now(), LONGEST_WAIT_MS);
    if (this.#clock.pace === 'standing' && wait > 0) return;
    this.#timeout = setTimeout(() => (this.#clock.now() >= this.dueAt ? this.#fireDue() : this.rearm()), wait);
    this.#timeout.unref();
  }

  disarm(): void {
    clearTimeout(this.#timeout);
  }
}
