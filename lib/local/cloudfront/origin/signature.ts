import type { Clock } from '../../clock.ts';
import type { Signing } from '../configuration/origin-access-control.ts';
import { hasBody } from '../message/edge-request.ts';
import type { Fields } from '../message/fields.ts';

/** Local servers check no signature, but see that there is one, and whose: the viewer's never gets past it. */
export function signatureHeaders(signing: Signing | undefined, headers: Readonly<Fields>, clock: Clock): Fields {
  if (signing === undefined || (!signing.overwrites && headers.authorization !== undefined)) return {};
  const timestamp = new Date(clock.now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${timestamp.slice(0, 8)}/us-east-1/${signing.service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=local/${scope}, SignedHeaders=host;x-amz-date, Signature=local`,
    'x-amz-date': timestamp,
  };
}

/**
 * CloudFront does not hash bodies, and Lambda takes no unsigned ones: a request with a body gets through only when the
 * viewer sent the hash.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
 */
export function lacksBodyHash(signing: Signing | undefined, headers: Readonly<Fields>): boolean {
  return signing?.service === 'lambda' && hasBody(headers) && headers['x-amz-content-sha256'] === undefined;
}
