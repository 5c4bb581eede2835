import type { StackClock } from './clock.ts';

/** The exponential distribution of which 95 of 100 are below `p95`: most are soon, some late. */
export function exponential(probability: number, p95: number): number {
  return (-Math.log(1 - probability) / Math.log(20)) * p95;
}

/** As `sleep`, but within the move of the clock: who has moved it finds done what was due. */
export function wakeAfter(clock: StackClock, milliseconds: number, name: string, onDue: () => void): () => void {
  const timer = clock.after(milliseconds, () => {
    wake();
    onDue();
  });
  const wake = clock.addSleeper({ name, dueAt: timer.dueAt });
  return () => {
    timer.cancel();
    wake();
  };
}
