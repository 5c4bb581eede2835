import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../aws-api/api-error.ts';
import { noSuchKey, preconditionFailed } from './errors.ts';
import type { ObjectFacts } from './store/stored-object.ts';

type Target = Pick<ObjectFacts, 'etag' | 'lastModified'>;

/** The four conditions, as headers have them. */
export interface Conditions {
  readonly match?: string | undefined;
  readonly noneMatch?: string | undefined;
  readonly modifiedSince?: string | undefined;
  readonly unmodifiedSince?: string | undefined;
}

export type ReadVerdict = 'read' | 'not-modified' | 'precondition-failed';

export function conditionsOf(headers: IncomingHttpHeaders): Conditions {
  return {
    match: headers['if-match'],
    noneMatch: headers['if-none-match'],
    modifiedSince: headers['if-modified-since'],
    unmodifiedSince: headers['if-unmodified-since'],
  };
}

/** Precedence and weak comparison as in RFC 9110, section 13.2.2. */
export function judgeRead(
  { match, noneMatch, modifiedSince, unmodifiedSince }: Conditions,
  object: Target,
): ReadVerdict {
  if (match !== undefined) {
    if (!names(match, object.etag)) return 'precondition-failed';
  } else if (object.lastModified > timeOf(unmodifiedSince, Number.POSITIVE_INFINITY)) {
    return 'precondition-failed';
  }
  if (noneMatch !== undefined) return names(noneMatch, object.etag) ? 'not-modified' : 'read';
  return object.lastModified <= timeOf(modifiedSince, Number.NEGATIVE_INFINITY) ? 'not-modified' : 'read';
}

/**
 * Throws ApiError when the conditions of PutObject, CopyObject, CompleteMultipartUpload or DeleteObject do not hold. A
 * missing key under `If-Match` is 404 in each of them
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html; for deletes the user guide is vague, and
 * measurements agree: https://github.com/localstack/localstack/issues/13894).
 */
export function checkChange(conditions: Conditions, object: Target | undefined): void {
  checkForm(conditions);
  const { match, noneMatch } = conditions;
  if (noneMatch !== undefined && object !== undefined) throw preconditionFailed();
  if (match === undefined) return;
  if (object === undefined) throw noSuchKey();
  if (!names(match, object.etag)) throw preconditionFailed();
}

/** Throws ApiError for conditions of a write that S3 does not take, whatever stands there. */
export function checkForm({ noneMatch }: Conditions): void {
  if (noneMatch === undefined || noneMatch === '*') return;
  const given = `If-None-Match '${noneMatch}' (S3 takes '*')`;
  const message = `A header you provided implies functionality that is not implemented: ${given}`;
  throw new ApiError('NotImplemented', message, 501);
}

function names(condition: string, etag: string): boolean {
  const tags = condition.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  // Clients may leave the quotes out: S3 takes `If-Match: 6805f2cfc46c0f04559748bb039d69ae` too.
  return tags.some((tag) => tag === '*' || tag === etag || `"${tag}"` === etag);
}

/** RFC 9110 has a recipient ignore a date that it cannot read. */
function timeOf(date: string | undefined, otherwise: number): number {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? otherwise : Math.floor(time / 1000) * 1000;
}
