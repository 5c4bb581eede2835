import type { Clock } from '../../lib/core/ports.ts';

/**
 * Time that passes only when everybody sleeps: the clock then jumps to the first who wakes. So concurrent code runs
 * with exact times and without waiting.
 */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: { readonly wakesAt: number; readonly wake: () => void }[] = [];
  #isScheduled = false;

  constructor(now = Date.parse('2026-11-22T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ wakesAt: this.#now + milliseconds, wake });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Immediates run after all promises that can go on without time passing.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sleepers.sort((a, b) => a.wakesAt - b.wakesAt);
      const first = this.#sleepers.shift();
      if (first === undefined) return;
      this.#now = Math.max(this.#now, first.wakesAt);
      first.wake();
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
