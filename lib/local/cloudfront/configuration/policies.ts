import type { CachePolicyConfig, OriginRequestPolicyConfig } from './cloudformation-shapes.ts';
import { type ConfigurationFaults, checkProperties, isTrue, readNumber } from './properties.ts';
import { NOTHING, readCookieSelection, readHeaderSelection, readQuerySelection, type Selection } from './selection.ts';

export interface CachePolicySettings {
  readonly minTtlSeconds: number;
  readonly defaultTtlSeconds: number;
  readonly maxTtlSeconds: number;
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly query: Selection;
  /** Content codings that are part of the cache key, best first. */
  readonly codings: readonly ('br' | 'gzip')[];
}

export interface OriginRequestPolicySettings {
  /** Of the viewer's headers. */
  readonly headers: Selection;
  /** Lower-case names of the `cloudfront-*` headers to add. */
  readonly edgeHeaders: readonly string[];
  readonly cookies: Selection;
  readonly query: Selection;
}

export const FORWARD_NOTHING: OriginRequestPolicySettings = {
  headers: NOTHING,
  edgeHeaders: [],
  cookies: NOTHING,
  query: NOTHING,
};

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const NO_PARAMETERS = {
  HeadersConfig: { HeaderBehavior: 'none' },
  CookiesConfig: { CookieBehavior: 'none' },
  QueryStringsConfig: { QueryStringBehavior: 'none' },
};
export const MANAGED_CACHE_POLICIES: ReadonlyMap<string, CachePolicyConfig> = new Map([
  [
    '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', // CachingDisabled
    { MinTTL: 0, DefaultTTL: 0, MaxTTL: 0, ParametersInCacheKeyAndForwardedToOrigin: NO_PARAMETERS },
  ],
  [
    '658327ea-f89d-4fab-a63d-7e88639e58f6', // CachingOptimized
    {
      MinTTL: 1,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        ...NO_PARAMETERS,
        EnableAcceptEncodingGzip: true,
        EnableAcceptEncodingBrotli: true,
      },
    },
  ],
]);

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
const EVERYTHING = {
  CookiesConfig: { CookieBehavior: 'all' },
  QueryStringsConfig: { QueryStringBehavior: 'all' },
};
export const MANAGED_ORIGIN_REQUEST_POLICIES: ReadonlyMap<string, OriginRequestPolicyConfig> = new Map([
  ['216adef6-5c7f-47e4-b989-5492eafa07d3', { HeadersConfig: { HeaderBehavior: 'allViewer' }, ...EVERYTHING }], // AllViewer
  [
    'b689b0a8-53d0-40ab-baf2-68738e2966ac', // AllViewerExceptHostHeader
    { HeadersConfig: { HeaderBehavior: 'allExcept', Headers: ['host'] }, ...EVERYTHING },
  ],
]);

const PARAMETERS = 'ParametersInCacheKeyAndForwardedToOrigin';

export function readCachePolicy(
  where: string,
  config: CachePolicyConfig,
  faults: ConfigurationFaults,
): CachePolicySettings {
  const supported = ['MinTTL', 'DefaultTTL', 'MaxTTL', PARAMETERS];
  checkProperties(where, config, { supported, ignored: { Name: 'a label', Comment: 'a label' } }, faults);
  const parameters = config[PARAMETERS];
  checkProperties(`${where}.${PARAMETERS}`, parameters, { supported: PARAMETER_PROPERTIES }, faults);
  const at = (name: string) => `${where}.${PARAMETERS}.${name}`;
  const codings: ('br' | 'gzip')[] = [];
  if (isTrue(parameters.EnableAcceptEncodingBrotli)) codings.push('br');
  if (isTrue(parameters.EnableAcceptEncodingGzip)) codings.push('gzip');
  return {
    minTtlSeconds: readNumber(`${where}.MinTTL`, config.MinTTL, faults),
    defaultTtlSeconds: readNumber(`${where}.DefaultTTL`, config.DefaultTTL, faults),
    maxTtlSeconds: readNumber(`${where}.MaxTTL`, config.MaxTTL, faults),
    headers: readHeaderSelection(at('HeadersConfig'), parameters.HeadersConfig, ['none', 'whitelist'], faults),
    cookies: readCookieSelection(at('CookiesConfig'), parameters.CookiesConfig, faults),
    query: readQuerySelection(at('QueryStringsConfig'), parameters.QueryStringsConfig, faults),
    codings,
  };
}

const PARAMETER_PROPERTIES = [
  'EnableAcceptEncodingGzip',
  'EnableAcceptEncodingBrotli',
  'HeadersConfig',
  'CookiesConfig',
  'QueryStringsConfig',
];

/** The `cloudfront-*` headers that mean something on one machine. */
export const EDGE_HEADERS = [
  'cloudfront-forwarded-proto',
  'cloudfront-viewer-address',
  'cloudfront-viewer-http-version',
] as const;

const ORIGIN_REQUEST_HEADER_CHOICES = [
  'none',
  'whitelist',
  'allViewer',
  'allViewerAndWhitelistCloudFront',
  'allExcept',
] as const;

export function readOriginRequestPolicy(
  where: string,
  config: OriginRequestPolicyConfig,
  faults: ConfigurationFaults,
): OriginRequestPolicySettings {
  const supported = ['HeadersConfig', 'CookiesConfig', 'QueryStringsConfig'];
  checkProperties(where, config, { supported, ignored: { Name: 'a label', Comment: 'a label' } }, faults);
  const at = (name: string) => `${where}.${name}`;
  const headers = readHeaderSelection(at('HeadersConfig'), config.HeadersConfig, ORIGIN_REQUEST_HEADER_CHOICES, faults);
  if (headers.takes === 'listed' && headers.names.has('authorization')) {
    faults.add(`'${at('HeadersConfig')}' lists Authorization, which AWS takes in a cache policy only`);
  }
  return {
    headers,
    edgeHeaders: readEdgeHeaders(at('HeadersConfig'), headers, faults),
    cookies: readCookieSelection(at('CookiesConfig'), config.CookiesConfig, faults),
    query: readQuerySelection(at('QueryStringsConfig'), config.QueryStringsConfig, faults),
  };
}

function readEdgeHeaders(where: string, headers: Selection, faults: ConfigurationFaults): readonly string[] {
  if (headers.takes === 'all-but-listed') return [];
  const asked = [...headers.names].filter((name) => name.startsWith('cloudfront-'));
  for (const name of asked) {
    if (!EDGE_HEADERS.some((known) => known === name)) {
      faults.add(`'${where}' lists '${name}', which the local CloudFront does not add`);
    }
  }
  return asked;
}
