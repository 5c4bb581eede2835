import type { StackClock, Timer } from '../../clock.ts';
import type { Origin } from '../configuration/origins.ts';

/** The origin took too long. */
export class OriginTimeout extends Error {
  readonly limit: 'read' | 'completion';

  constructor(limit: OriginTimeout['limit'], message: string) {
    super(message);
    this.limit = limit;
  }
}

/**
 * How long the edge waits for an origin, on the stack's clock: for the head of the response, between two packets, and in all.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-request-timeout
 */
export class ResponseLimits {
  readonly #clock: StackClock;
  readonly #origin: Origin;
  readonly #onLate: (error: OriginTimeout) => void;
  readonly #completion: Timer | undefined;
  #read: Timer | undefined;
  #hasEnded = false;

  constructor(origin: Origin, clock: StackClock, onLate: (error: OriginTimeout) => void) {
    this.#clock = clock;
    this.#origin = origin;
    this.#onLate = onLate;
    const { completionTimeoutMs } = origin;
    if (completionTimeoutMs === undefined) return;
    const late = new OriginTimeout('completion', `the response was not complete after ${completionTimeoutMs} ms`);
    this.#completion = clock.after(completionTimeoutMs, () => onLate(late));
  }

  /** Waits for the next packet from now on. `isHeldUp`: packets have come that the viewer has not taken yet. */
  awaitPacket(isHeldUp: () => boolean = () => false): void {
    this.#read?.cancel();
    if (this.#hasEnded) return;
    const { readTimeoutMs } = this.#origin;
    this.#read = this.#clock.after(readTimeoutMs, () => {
      if (isHeldUp()) this.awaitPacket(isHeldUp);
      else this.#onLate(new OriginTimeout('read', `nothing came for ${readTimeoutMs} ms`));
    });
  }

  end(): void {
    this.#hasEnded = true;
    this.#read?.cancel();
    this.#completion?.cancel();
  }
}
