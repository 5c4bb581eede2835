import type { StackClock } from '../clock.ts';
import { drawFrom } from '../cloudfront/draw.ts';
import { exponential, wakeAfter } from '../propagation.ts';

/** How long one kind of change takes until it counts. */
export interface Spread {
  readonly name: string;
  /** 95 of 100 are there in less. */
  readonly p95Ms: number;
  readonly latestMs: number;
}

/**
 * "IAM uses a distributed computing model called eventual consistency": a change takes time until it is visible.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export const POLICY: Spread = { name: 'a policy', p95Ms: 10_000, latestMs: 20_000 };
/** While an update is in progress, the code before still runs. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
export const FUNCTION: Spread = { name: 'an update of a function', p95Ms: 8000, latestMs: 15_000 };

/** Changes of a running stack, which take effect after a while. */
export interface Propagation {
  /** `what`: tells one change from another, for the draw. Nobody waits for it. */
  later(spread: Spread, what: string, act: () => void): void;
  /** Resolves when it has taken effect. */
  done(spread: Spread, what: string, act: () => void): Promise<void>;
}

/** Of a stack that starts, where all was there long ago, and of one that has no time for that. */
export const AT_ONCE: Propagation = {
  later: (_spread, _what, act) => act(),
  done: async (_spread, _what, act) => act(),
};

/** `deployment`: the so-manieth change of the stack. */
export function overTime(clock: StackClock, seed: number, deployment: number): Propagation {
  const draw = drawFrom(seed);
  const after = ({ name, p95Ms, latestMs }: Spread, what: string, act: () => void): void => {
    const milliseconds = Math.min(exponential(draw(name, what, deployment), p95Ms), latestMs);
    wakeAfter(clock, milliseconds, name, act);
  };
  return {
    later: after,
    done: (spread, what, act) =>
      new Promise((resolve) => {
        after(spread, what, () => {
          act();
          resolve();
        });
      }),
  };
}
