import type { StackClock } from '../../clock.ts';
import { exponential, wakeAfter } from '../../propagation.ts';
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

/**
 * Code of a function reaches the edge "within seconds": 95 of 100 times in less than this.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-functions.html
 */
const ARRIVAL_P95_MS = 8000;
const LATEST_ARRIVAL_MS = 30_000;

/** When an edge location has the so-manieth change of a distribution or its functions, in milliseconds after it. */
export function drawArrivalMs(draw: Draw, ordinal: number, location: string): number {
  return Math.min(exponential(draw('arrival', ordinal, location), ARRIVAL_P95_MS), LATEST_ARRIVAL_MS);
}

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
