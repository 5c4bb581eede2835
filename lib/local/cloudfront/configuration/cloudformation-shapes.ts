// The properties of AWS::CloudFront::* as a template gives them, resolved: the parts that this emulator reads.
// Anything else that a template says is refused by properties.ts.

export interface DistributionConfig {
  readonly Aliases?: readonly string[];
  readonly Origins?: readonly OriginConfig[];
  readonly OriginGroups?: { readonly Items?: readonly OriginGroupConfig[] };
  readonly DefaultCacheBehavior: CacheBehaviorConfig;
  readonly CacheBehaviors?: readonly CacheBehaviorConfig[];
  readonly CustomErrorResponses?: readonly CustomErrorResponseConfig[];
  readonly DefaultRootObject?: string;
  readonly CacheTagConfig?: { readonly HeaderName: string };
  readonly Enabled?: boolean | string;
  readonly [other: string]: unknown;
}

export interface OriginConfig {
  readonly Id: string;
  readonly DomainName: string;
  readonly OriginPath?: string;
  readonly OriginCustomHeaders?: readonly { readonly HeaderName: string; readonly HeaderValue: string }[];
  readonly OriginAccessControlId?: string;
  readonly S3OriginConfig?: { readonly OriginReadTimeout?: number | string; readonly [other: string]: unknown };
  readonly CustomOriginConfig?: {
    readonly OriginReadTimeout?: number | string;
    readonly OriginKeepaliveTimeout?: number | string;
    readonly [other: string]: unknown;
  };
  readonly ConnectionAttempts?: number | string;
  readonly ResponseCompletionTimeout?: number | string;
  readonly [other: string]: unknown;
}

export interface OriginGroupConfig {
  readonly Id: string;
  readonly FailoverCriteria: { readonly StatusCodes: { readonly Items: readonly (number | string)[] } };
  readonly Members: { readonly Items: readonly { readonly OriginId: string }[] };
  readonly [other: string]: unknown;
}

export interface CacheBehaviorConfig {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly ViewerProtocolPolicy?: string;
  readonly AllowedMethods?: readonly string[];
  readonly CachedMethods?: readonly string[];
  readonly CachePolicyId?: string;
  readonly Compress?: boolean | string;
  readonly OriginRequestPolicyId?: string;
  readonly ResponseHeadersPolicyId?: string;
  readonly FunctionAssociations?: readonly { readonly EventType: string; readonly FunctionARN: string }[];
  readonly [other: string]: unknown;
}

export interface CustomErrorResponseConfig {
  readonly ErrorCode: number | string;
  readonly ErrorCachingMinTTL?: number | string;
  readonly ResponseCode?: number | string;
  readonly ResponsePagePath?: string;
}

export interface HeadersConfig {
  readonly HeaderBehavior: string;
  readonly Headers?: readonly string[];
}

export interface CookiesConfig {
  readonly CookieBehavior: string;
  readonly Cookies?: readonly string[];
}

export interface QueryStringsConfig {
  readonly QueryStringBehavior: string;
  readonly QueryStrings?: readonly string[];
}

export interface CachePolicyConfig {
  readonly MinTTL: number | string;
  readonly DefaultTTL: number | string;
  readonly MaxTTL: number | string;
  readonly ParametersInCacheKeyAndForwardedToOrigin: {
    readonly EnableAcceptEncodingGzip?: boolean | string;
    readonly EnableAcceptEncodingBrotli?: boolean | string;
    readonly HeadersConfig: HeadersConfig;
    readonly CookiesConfig: CookiesConfig;
    readonly QueryStringsConfig: QueryStringsConfig;
  };
  readonly [other: string]: unknown;
}

export interface OriginRequestPolicyConfig {
  readonly HeadersConfig: HeadersConfig;
  readonly CookiesConfig: CookiesConfig;
  readonly QueryStringsConfig: QueryStringsConfig;
  readonly [other: string]: unknown;
}

export interface ResponseHeadersPolicyConfig {
  readonly CustomHeadersConfig?: {
    readonly Items: readonly {
      readonly Header: string;
      readonly Value: string;
      readonly Override: boolean | string;
    }[];
  };
  readonly RemoveHeadersConfig?: { readonly Items: readonly { readonly Header: string }[] };
  readonly SecurityHeadersConfig?: SecurityHeadersConfig;
  readonly [other: string]: unknown;
}

interface Overridable {
  readonly Override: boolean | string;
}

export interface SecurityHeadersConfig {
  readonly ContentSecurityPolicy?: Overridable & { readonly ContentSecurityPolicy: string };
  readonly ContentTypeOptions?: Overridable;
  readonly FrameOptions?: Overridable & { readonly FrameOption: string };
  readonly ReferrerPolicy?: Overridable & { readonly ReferrerPolicy: string };
  readonly StrictTransportSecurity?: Overridable & {
    readonly AccessControlMaxAgeSec: number | string;
    readonly IncludeSubdomains?: boolean | string;
    readonly Preload?: boolean | string;
  };
  readonly XSSProtection?: Overridable & {
    readonly Protection: boolean | string;
    readonly ModeBlock?: boolean | string;
    readonly ReportUri?: string;
  };
}

export interface OriginAccessControlConfig {
  readonly OriginAccessControlOriginType: string;
  readonly SigningBehavior: string;
  readonly SigningProtocol: string;
  readonly [other: string]: unknown;
}
