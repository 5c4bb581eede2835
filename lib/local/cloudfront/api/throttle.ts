import type { Clock } from '../../clock.ts';

/** As AWS limits calls to its APIs: so many at once, and so many more each second. */
export interface ThrottleRule {
  readonly burst: number;
  readonly perSecond: number;
}

export class TokenBucket {
  readonly #rule: ThrottleRule;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(rule: ThrottleRule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
    this.#tokens = rule.burst;
    this.#filledAt = clock.now();
  }

  /** False when the call is one too many. */
  take(): boolean {
    const now = this.#clock.now();
    const gained = ((now - this.#filledAt) / 1000) * this.#rule.perSecond;
    this.#tokens = Math.min(this.#rule.burst, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
