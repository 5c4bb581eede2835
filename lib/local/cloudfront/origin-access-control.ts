import type { Clock } from '../clock.ts';
import type { OriginAccessControlConfig } from './cloudformation-shapes.ts';
import { hasBody } from './edge-request.ts';
import type { Fields } from './fields.ts';
import { checkProperties, type Faults, readOneOf } from './properties.ts';

export interface Signing {
  readonly service: 's3' | 'lambda';
  /** `always`: also where the viewer sent an Authorization header. */
  readonly overwrites: boolean;
}

export function readOriginAccessControl(
  where: string,
  config: OriginAccessControlConfig,
  faults: Faults,
): Signing | undefined {
  const supported = ['OriginAccessControlOriginType', 'SigningBehavior', 'SigningProtocol'];
  checkProperties(where, config, { supported, ignored: { Name: 'a label', Description: 'a label' } }, faults);
  const type = `${where}.OriginAccessControlOriginType`;
  const service = readOneOf(type, config.OriginAccessControlOriginType, ['s3', 'lambda'], faults);
  readOneOf(`${where}.SigningProtocol`, config.SigningProtocol, ['sigv4'], faults);
  const choices = ['always', 'no-override', 'never'] as const;
  const behavior = readOneOf(`${where}.SigningBehavior`, config.SigningBehavior, choices, faults);
  return behavior === 'never' ? undefined : { service, overwrites: behavior === 'always' };
}

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
