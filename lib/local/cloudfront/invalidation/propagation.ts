import type { StackClock } from '../../clock.ts';
import type { Draw } from '../draw.ts';

/**
 * "Takes effect in under 5 seconds" for 95 of 100 invalidations, and is complete, with its status, within 25.
 * https://aws.amazon.com/about-aws/whats-new/2026/04/cloudfront-invalidation-cache-tag/
 */
const EFFECT_P95_MS = 5000;
const LATEST_EFFECT_MS = 20_000;
/** How long after the last effect the status says so. AWS tells only the sum of both. */
const STATUS_P95_MS = 15_000;
const LATEST_STATUS_MS = 25_000;

export interface Propagation {
  /** When each edge location drops what is covered, in milliseconds after the call. */
  readonly effectsMs: readonly number[];
  /** When GetInvalidation says Completed. */
  readonly completionMs: number;
}

/** Of the so-manieth invalidation of a distribution. */
export function drawPropagation(draw: Draw, ordinal: number, locations: number): Propagation {
  // With the power, the last of all locations is under 5 seconds for 95 of 100, and not each by itself.
  const effectsMs = Array.from({ length: locations }, (_, location) =>
    Math.min(exponential(draw('effect', ordinal, location) ** locations, EFFECT_P95_MS), LATEST_EFFECT_MS),
  );
  const statusMs = exponential(draw('status', ordinal), STATUS_P95_MS);
  return { effectsMs, completionMs: Math.min(Math.max(...effectsMs) + statusMs, LATEST_STATUS_MS) };
}

/** The exponential distribution of which 95 of 100 are below `p95`: most are soon, some late. */
function exponential(probability: number, p95: number): number {
  return (-Math.log(1 - probability) / Math.log(20)) * p95;
}

export interface Spreading {
  takeEffect(location: number): void;
  complete(): void;
}

/** Carries one invalidation out at all edge locations, on the stack's clock; returns the function that gives it up. */
export function spread({ effectsMs, completionMs }: Propagation, spreading: Spreading, clock: StackClock): () => void {
  const steps = [
    ...effectsMs.map((milliseconds, location) =>
      wakeAfter(clock, milliseconds, 'an invalidation', () => spreading.takeEffect(location)),
    ),
    wakeAfter(clock, completionMs, 'the status of an invalidation', () => spreading.complete()),
  ];
  return () => {
    for (const giveUp of steps) giveUp();
  };
}

/** As `sleep`, but within the move of the clock: who has moved it finds done what was due. */
function wakeAfter(clock: StackClock, milliseconds: number, name: string, onDue: () => void): () => void {
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
