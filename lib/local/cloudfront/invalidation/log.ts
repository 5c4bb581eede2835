import { createHash } from 'node:crypto';
import { InvalidationError } from './items.ts';

export interface Invalidation {
  readonly id: string;
  readonly items: readonly string[];
  readonly callerReference: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly removed: number;
}

/** The invalidations that a distribution was asked for, oldest first. */
export class InvalidationLog {
  readonly #byReference = new Map<string, Invalidation>();

  /** The invalidation that this call repeats, if it repeats one. */
  repeated(items: readonly string[], callerReference: string): Invalidation | undefined {
    const earlier = this.#byReference.get(callerReference);
    if (earlier === undefined || JSON.stringify(earlier.items) === JSON.stringify(items)) return earlier;
    throw new InvalidationError(
      'InvalidationBatchAlreadyExists',
      `CallerReference '${callerReference}' was used for another invalidation batch of this distribution.`,
    );
  }

  record(invalidation: Omit<Invalidation, 'id'>): Invalidation {
    const digest = createHash('sha256')
      .update(`${this.#byReference.size} ${invalidation.callerReference}`)
      .digest('hex');
    const recorded = { ...invalidation, id: `I${digest.slice(0, 13).toUpperCase()}` };
    this.#byReference.set(invalidation.callerReference, recorded);
    return recorded;
  }

  all(): readonly Invalidation[] {
    return [...this.#byReference.values()];
  }
}
