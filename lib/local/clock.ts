/** Epoch milliseconds, as `Date.now()`. */
export interface Clock {
  now(): number;
}

/**
 * The time of one local stack: the machine's, plus an offset that a test or the inspector moves. The offset lives in
 * shared memory, so that worker threads see a move at once; sandboxes are told with each invocation.
 */
export class MovableClock implements Clock {
  readonly sharedOffset: SharedArrayBuffer;
  readonly #offset: BigInt64Array;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.sharedOffset = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
    this.#offset = new BigInt64Array(this.sharedOffset);
  }

  /** Milliseconds that this clock is ahead of the machine's. */
  get offset(): number {
    return Number(Atomics.load(this.#offset, 0));
  }

  now(): number {
    return Date.now() + this.offset;
  }

  advance(milliseconds: number): void {
    Atomics.add(this.#offset, 0, BigInt(Math.round(milliseconds)));
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each move; returns the function that ends it. */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
