import type { StoredObject } from './fauxqs.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;
type Target = Pick<StoredObject, 'etag' | 'lastModified'>;

export type ReadVerdict = 'read' | 'not-modified' | 'precondition-failed';
export type ChangeVerdict = 'change' | 'precondition-failed' | 'no-such-key' | 'not-implemented';

/** Precedence and weak comparison as in RFC 9110, section 13.2.2. */
export function judgeRead(headers: Headers, object: Target): ReadVerdict {
  const seconds = Math.floor(object.lastModified.getTime() / 1000);
  const match = headers['if-match'];
  if (match !== undefined) {
    if (!names(match, object.etag)) return 'precondition-failed';
  } else if (seconds > secondsOf(headers['if-unmodified-since'], Number.POSITIVE_INFINITY)) {
    return 'precondition-failed';
  }
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return names(noneMatch, object.etag) ? 'not-modified' : 'read';
  return seconds <= secondsOf(headers['if-modified-since'], Number.NEGATIVE_INFINITY) ? 'not-modified' : 'read';
}

/**
 * For PutObject, CopyObject, CompleteMultipartUpload and DeleteObject: a missing key under `If-Match` is 404 in each of
 * them (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html; for deletes the user guide is
 * vague, and measurements agree: https://github.com/localstack/localstack/issues/13894).
 */
export function judgeChange(headers: Headers, object: Target | undefined): ChangeVerdict {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    // S3 takes no entity tag here.
    if (noneMatch !== '*') return 'not-implemented';
    if (object !== undefined) return 'precondition-failed';
  }
  const match = headers['if-match'];
  if (match === undefined) return 'change';
  if (object === undefined) return 'no-such-key';
  return names(match, object.etag) ? 'change' : 'precondition-failed';
}

function names(condition: string | string[], etag: string): boolean {
  const tags = String(condition)
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  // Clients may leave the quotes out: S3 takes `If-Match: 6805f2cfc46c0f04559748bb039d69ae` too.
  return tags.some((tag) => tag === '*' || tag === etag || `"${tag}"` === etag);
}

/** RFC 9110 has a recipient ignore a date that it cannot read. */
function secondsOf(date: string | string[] | undefined, otherwise: number): number {
  const milliseconds = Date.parse(String(date));
  return Number.isNaN(milliseconds) ? otherwise : Math.floor(milliseconds / 1000);
}
