import { percentDecode } from '../../../basics/percent-encoding.ts';
import type { Origin } from '../configuration/origins.ts';
import type { OriginResponse } from './ask-origin.ts';
import type { OriginRequest } from './send-request.ts';

export type CanRead = (originId: string, key: string) => boolean;

/** The response that S3 gives without looking for the object, or undefined when it has to be asked. */
export function refusalOfS3(
  origin: Origin,
  request: OriginRequest,
  canRead: CanRead | undefined,
): OriginResponse | undefined {
  if (origin.kind !== 's3') return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') return accessDenied();
  const key = percentDecode(`${origin.path}${request.target.split('?', 1)[0]}`.slice(1));
  if (key === undefined) return s3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  return canRead === undefined || canRead(origin.id, key) ? undefined : accessDenied();
}

/**
 * A distribution may read objects and not list the bucket, and S3 does not tell who may not list whether a key exists:
 * a missing object is 403.
 */
export function hideMissingKey(origin: Origin, response: OriginResponse): OriginResponse {
  if (origin.kind !== 's3' || response.status !== 404 || response.failure !== undefined) return response;
  if (!Buffer.isBuffer(response.body)) response.body.resume();
  return accessDenied();
}

function accessDenied(): OriginResponse {
  return s3Error(403, 'AccessDenied', 'Access Denied');
}

function s3Error(status: number, code: string, message: string): OriginResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml', server: 'AmazonS3' }, body: Buffer.from(body) };
}
