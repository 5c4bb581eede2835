import { createHash } from 'node:crypto';
import { InvalidationError } from './items.ts';

export interface Invalidation {
  readonly id: string;
  readonly items: readonly string[];
  readonly callerReference: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** How many objects have gone from the edge locations so far. */
  readonly removed: number;
  /** `Completed`: it has taken effect at every edge location. */
  readonly status: 'InProgress' | 'Completed';
}

/** What becomes of an invalidation as time goes by. */
export type RecordedInvalidation = { -readonly [Fact in keyof Invalidation]: Invalidation[Fact] };

/** The invalidations that a distribution was asked for, oldest first. */
export class InvalidationLog {
  readonly #byReference = new Map<string, RecordedInvalidation>();

  get count(): number {
    return this.#byReference.size;
  }

  /** The invalidation that this call repeats, if it repeats one. */
  repeated(items: readonly string[], callerReference: string): Invalidation | undefined {
    const earlier = this.#byReference.get(callerReference);
    if (earlier === undefined || JSON.stringify(earlier.items) === JSON.stringify(items)) return earlier;
    throw new InvalidationError(
      'InvalidationBatchAlreadyExists',
      `CallerReference '${callerReference}' was used for another invalidation batch of this distribution.`,
    );
  }

  record(request: Pick<Invalidation, 'items' | 'callerReference' | 'createdAt'>): RecordedInvalidation {
    const digest = createHash('sha256').update(`${this.count} ${request.callerReference}`).digest('hex');
    const id = `I${digest.slice(0, 13).toUpperCase()}`;
    const recorded: RecordedInvalidation = { ...request, id, removed: 0, status: 'InProgress' };
    this.#byReference.set(request.callerReference, recorded);
    return recorded;
  }

  all(): readonly Invalidation[] {
    return [...this.#byReference.values()];
  }
}
