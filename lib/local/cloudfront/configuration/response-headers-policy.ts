import type { ResponseHeadersPolicyConfig, SecurityHeadersConfig } from './cloudformation-shapes.ts';
import { type ConfigurationFaults, checkProperties, isTrue } from './properties.ts';

interface AddedHeader {
  readonly name: string;
  readonly value: string;
  /** False: the origin's header stays when it sent one. */
  readonly override: boolean;
}

export interface ResponseHeadersPolicy {
  readonly removed: readonly string[];
  readonly added: readonly AddedHeader[];
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
export const MANAGED_RESPONSE_HEADERS_POLICIES: ReadonlyMap<string, ResponseHeadersPolicyConfig> = new Map([
  [
    '67f7725c-6f97-4210-82d7-5512b31e9d03', // SecurityHeadersPolicy
    {
      SecurityHeadersConfig: {
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'SAMEORIGIN', Override: false },
        ReferrerPolicy: { ReferrerPolicy: 'strict-origin-when-cross-origin', Override: false },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: false },
        XSSProtection: { Protection: true, ModeBlock: true, Override: false },
      },
    },
  ],
]);

export function readResponseHeadersPolicy(
  where: string,
  config: ResponseHeadersPolicyConfig,
  faults: ConfigurationFaults,
): ResponseHeadersPolicy {
  const supported = ['CustomHeadersConfig', 'RemoveHeadersConfig', 'SecurityHeadersConfig'];
  checkProperties(where, config, { supported, ignored: { Name: 'a label', Comment: 'a label' } }, faults);
  const custom = (config.CustomHeadersConfig?.Items ?? []).map((item) => ({
    name: item.Header.toLowerCase(),
    value: item.Value,
    override: isTrue(item.Override),
  }));
  return {
    removed: (config.RemoveHeadersConfig?.Items ?? []).map((item) => item.Header.toLowerCase()),
    added: [...custom, ...readSecurityHeaders(`${where}.SecurityHeadersConfig`, config.SecurityHeadersConfig, faults)],
  };
}

type SecurityProperty = keyof SecurityHeadersConfig;

const SECURITY_HEADERS: Readonly<Record<SecurityProperty, string>> = {
  ContentSecurityPolicy: 'content-security-policy',
  ContentTypeOptions: 'x-content-type-options',
  FrameOptions: 'x-frame-options',
  ReferrerPolicy: 'referrer-policy',
  StrictTransportSecurity: 'strict-transport-security',
  XSSProtection: 'x-xss-protection',
};

function readSecurityHeaders(
  where: string,
  config: SecurityHeadersConfig | undefined,
  faults: ConfigurationFaults,
): readonly AddedHeader[] {
  if (config === undefined) return [];
  checkProperties(where, config, { supported: Object.keys(SECURITY_HEADERS) }, faults);
  return (Object.keys(SECURITY_HEADERS) as SecurityProperty[]).flatMap((property) => {
    const setting = config[property];
    if (setting === undefined) return [];
    const value = securityValue(property, config);
    return [{ name: SECURITY_HEADERS[property], value, override: isTrue(setting.Override) }];
  });
}

function securityValue(property: SecurityProperty, config: SecurityHeadersConfig): string {
  switch (property) {
    case 'ContentSecurityPolicy':
      return config.ContentSecurityPolicy?.ContentSecurityPolicy ?? '';
    case 'ContentTypeOptions':
      return 'nosniff';
    case 'FrameOptions':
      return config.FrameOptions?.FrameOption ?? '';
    case 'ReferrerPolicy':
      return config.ReferrerPolicy?.ReferrerPolicy ?? '';
    case 'StrictTransportSecurity':
      return transportSecurity(config.StrictTransportSecurity);
    case 'XSSProtection':
      return xssProtection(config.XSSProtection);
  }
}

function transportSecurity(setting: SecurityHeadersConfig['StrictTransportSecurity']): string {
  const flags = [isTrue(setting?.IncludeSubdomains) && 'includeSubDomains', isTrue(setting?.Preload) && 'preload'];
  return [`max-age=${setting?.AccessControlMaxAgeSec}`, ...flags.filter(Boolean)].join('; ');
}

function xssProtection(setting: SecurityHeadersConfig['XSSProtection']): string {
  const flags = [isTrue(setting?.ModeBlock) && 'mode=block', setting?.ReportUri && `report=${setting.ReportUri}`];
  return [isTrue(setting?.Protection) ? '1' : '0', ...flags.filter(Boolean)].join('; ');
}
