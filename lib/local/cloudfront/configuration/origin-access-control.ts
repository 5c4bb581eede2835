import type { OriginAccessControlConfig } from './cloudformation-shapes.ts';
import { type ConfigurationFaults, checkProperties, readOneOf } from './properties.ts';

export interface Signing {
  readonly service: 's3' | 'lambda';
  /** `always`: also where the viewer sent an Authorization header. */
  readonly overwrites: boolean;
}

export function readOriginAccessControl(
  where: string,
  config: OriginAccessControlConfig,
  faults: ConfigurationFaults,
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
