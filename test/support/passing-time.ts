import { setImmediate as turn } from 'node:timers/promises';
import type { Sleeper, StackClock } from '../../lib/local/clock.ts';

/** What runs on one clock: a local stack, for one. */
export interface Running {
  readonly clock: StackClock;
  readonly functions: readonly { readonly working: number }[];
  /** Tells that something may have come to rest; returns the function that ends it. */
  onChange(listener: () => void): () => void;
}

/** The name of a sleeper that is none of what runs, but keeps a function waiting: a source of the site's content. */
export const CONTENT = 'content';

/** For a source of content: its reads wait on the clock, and a function that waits for one that is held counts as at rest. */
export function contentClock(clock: StackClock) {
  return {
    sleep: (milliseconds: number) => clock.sleep(milliseconds, CONTENT),
    hold: () => clock.addSleeper({ name: CONTENT, dueAt: Number.POSITIVE_INFINITY }),
  };
}

/** Turns of the event loop in which a response that was sent in this process has reached who waits for it. */
const TURNS = 4;

/**
 * Lets time pass until the promise settles: as soon as nothing goes on but what sleeps, the clock moves to the first
 * who wakes. So time passes by what is waited for alone, and takes as long as the machine needs.
 */
export async function passUntil<Result>(running: Running, promise: Promise<Result>): Promise<Result> {
  const { clock } = running;
  let isSettled = false;
  let change = Promise.withResolvers<void>();
  const ends = [clock.onSleep(() => change.resolve()), running.onChange(() => change.resolve())];
  const settle = (): void => {
    isSettled = true;
    change.resolve();
  };
  promise.then(settle, settle);
  while (!isSettled) {
    change = Promise.withResolvers();
    for (let i = 0; i < TURNS; i++) await turn();
    const first = firstToWake(running);
    if (isSettled) break;
    if (first === undefined) await change.promise;
    else clock.advance(first.dueAt - clock.now());
  }
  for (const end of ends) end();
  return promise;
}

/** Who wakes first, when nobody works. */
function firstToWake({ clock, functions }: Running): Sleeper | undefined {
  const working = functions.reduce((sum, lambda) => sum + lambda.working, 0);
  const kept = clock.sleepers.filter(({ name }) => name === CONTENT).length;
  return working > kept ? undefined : clock.sleepers.find(({ dueAt }) => Number.isFinite(dueAt));
}

/** Resolves once so many sleep at the same time, of those with the name if there is one. */
export async function untilAsleep(clock: StackClock, count: number, named?: string): Promise<void> {
  const areAsleep = () => clock.sleepers.filter(({ name }) => named === undefined || name === named).length >= count;
  if (areAsleep()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = clock.onSleep(() => areAsleep() && resolve());
  await promise.finally(end);
}
