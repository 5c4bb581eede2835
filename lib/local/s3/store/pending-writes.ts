import { ApiError } from '../../aws-api/api-error.ts';

/** A conditional write whose body is on its way. */
export interface PendingWrite {
  /** Throws ApiError when the key was deleted since the write began. */
  checkUndisturbed(): void;
  end(): void;
}

/**
 * Conditional writes that wait for their bodies. S3 judges a write when it is complete; a write under `If-None-Match: *`
 * that was overtaken by a delete is a conflict, for which the client has to try again:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class PendingWrites {
  readonly #pending = new Map<string, Set<{ isOvertaken: boolean }>>();

  begin(key: string): PendingWrite {
    const write = { isOvertaken: false };
    const others = this.#pending.get(key) ?? new Set();
    this.#pending.set(key, others.add(write));
    return {
      checkUndisturbed: () => {
        if (write.isOvertaken) throw conflict();
      },
      end: () => {
        others.delete(write);
        if (others.size === 0) this.#pending.delete(key);
      },
    };
  }

  noteDelete(key: string): void {
    for (const write of this.#pending.get(key) ?? []) write.isOvertaken = true;
  }
}

function conflict(): ApiError {
  const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.';
  return new ApiError('ConditionalRequestConflict', message, 409);
}
