import type { ApiError } from '../../aws-api/api-error.ts';
import { invalidParameter } from '../errors.ts';

/** When a queue gives up on a message, and who gets it then. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceives: number;
}

/** Throws ApiError for what is no policy. Whether the target exists is for its caller to say. */
export function parseRedrivePolicy(policy: string): RedrivePolicy {
  let parsed: { readonly deadLetterTargetArn?: unknown; readonly maxReceiveCount?: unknown } | null;
  try {
    parsed = JSON.parse(policy);
  } catch {
    throw invalidPolicy(policy, 'Redrive policy is not a valid JSON map.');
  }
  const maxReceives = Number(parsed?.maxReceiveCount);
  if (!Number.isInteger(maxReceives) || maxReceives < 1 || maxReceives > 1000) {
    throw invalidPolicy(policy, 'Invalid value for maxReceiveCount, valid values are from 1 to 1000 both inclusive.');
  }
  return { deadLetterTargetArn: String(parsed?.deadLetterTargetArn ?? ''), maxReceives };
}

export function invalidPolicy(policy: string, reason: string): ApiError {
  return invalidParameter('RedrivePolicy', policy, reason);
}
