import type {
  CachePolicyConfig,
  DistributionConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from './cloudformation-shapes.ts';

/** Everything that a distribution refers to, resolved from the template. */
export interface DistributionResources {
  readonly config: DistributionConfig;
  readonly cachePolicies: ReadonlyMap<string, CachePolicyConfig>;
  readonly originRequestPolicies: ReadonlyMap<string, OriginRequestPolicyConfig>;
  readonly responseHeadersPolicies: ReadonlyMap<string, ResponseHeadersPolicyConfig>;
  readonly originAccessControls: ReadonlyMap<string, OriginAccessControlConfig>;
  /** The code of each function, by ARN. */
  readonly functions: ReadonlyMap<string, string>;
  /** Where the origin with this domain name lives on this machine; for S3 with the bucket as its path. */
  originUrl(domainName: string): URL | string;
}
