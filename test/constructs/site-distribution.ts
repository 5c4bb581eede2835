import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX_EDGE_SECONDS } from '../../lib/core/policy/edge-cache-control.ts';
import { plainSite, type SynthesizedSite, synthesize, TOKEN_HASH } from './fixture.ts';

/** What viewers get nowhere, not even with an error. */
const HIDDEN = [
  'x-amz-meta-cache-tag',
  'x-prerender-revalidate',
  'x-amzn-trace-id',
  'x-amz-request-id',
  'x-amz-id-2',
  'x-amz-server-side-encryption',
  'x-amz-version-id',
];

interface Behavior {
  readonly PathPattern?: string;
  readonly AllowedMethods?: readonly string[];
  readonly TargetOriginId: string;
  readonly CachePolicyId: unknown;
  readonly OriginRequestPolicyId: unknown;
  readonly ResponseHeadersPolicyId: unknown;
  readonly FunctionAssociations?: readonly { readonly EventType: string; readonly FunctionARN: unknown }[];
  readonly ViewerProtocolPolicy: string;
}

let synthesized: SynthesizedSite;
beforeAll(async () => {
  synthesized = await plainSite();
});

describe('pages', () => {
  test('are asked from serve, and when serve cannot answer from S3, through the fail-over distribution', () => {
    const group = groupOf(configOf().DefaultCacheBehavior.TargetOriginId);
    const [primary, fallback] = group.Members.Items.map((each: { OriginId: string }) => originOf(each.OriginId));
    expect(JSON.stringify(primary.DomainName)).toContain('SiteFunctionsServeFunctionUrl');
    expect(JSON.stringify(fallback.DomainName)).toContain('SiteEdgeFailOverDistribution');
    expect(fallback.CustomOriginConfig.OriginProtocolPolicy).toBe('https-only');
    expect(primary.OriginAccessControlId).toBeDefined();
    expect(fallback.OriginPath).toBeUndefined();
    expect(JSON.stringify(fallback.OriginCustomHeaders)).toContain('{{resolve:secretsmanager:');
  });

  test("are not asked from S3 when serve answers with the site's own error", () => {
    const group = groupOf(configOf().DefaultCacheBehavior.TargetOriginId);
    expect(group.FailoverCriteria.StatusCodes.Items).toEqual([429, 502, 503, 504]);
  });

  test('errors are kept for no longer than they say', () => {
    const errors: { ErrorCode: number; ErrorCachingMinTTL: number }[] = configOf().CustomErrorResponses;
    expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual([404, 414, 500, 501, 502, 503, 504]);
    expect(new Set(errors.map(({ ErrorCachingMinTTL }) => ErrorCachingMinTTL))).toEqual(new Set([0]));
  });

  test('have no error pages, which would replace those of live routes', () => {
    expect(JSON.stringify(configOf().CustomErrorResponses)).not.toContain('ResponsePagePath');
  });

  test('wait for serve no longer than wanted', () => {
    const timeoutOf = (from: SynthesizedSite) =>
      configOf(from).Origins.find(({ DomainName }: { DomainName: unknown }) =>
        /ServeFunctionUrl/.test(JSON.stringify(DomainName)),
      ).CustomOriginConfig.OriginReadTimeout;
    expect(timeoutOf(synthesized)).toBe(15);
    expect(timeoutOf(synthesize({ originTimeout: Duration.seconds(5) }))).toBe(5);
  });

  test('wait for a serve that hangs once, not twice', () => {
    const group = groupOf(configOf().DefaultCacheBehavior.TargetOriginId);
    expect(originOf(group.Members.Items[0].OriginId).ConnectionAttempts).toBe(1);
  });

  test('take the methods that an origin group may, over TLS', () => {
    expect(configOf().DefaultCacheBehavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
      ViewerProtocolPolicy: 'redirect-to-https',
      Compress: true,
    });
  });

  test('are kept for as long as the origin says, all windows included', () => {
    synthesized.template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: Match.objectLike({ MinTTL: 0, DefaultTTL: 0, MaxTTL: MAX_EDGE_SECONDS }),
    });
  });

  test('differ by deployment, path, checked tokens and compression alone', () => {
    synthesized.template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        ParametersInCacheKeyAndForwardedToOrigin: {
          CookiesConfig: { CookieBehavior: 'none' },
          QueryStringsConfig: { QueryStringBehavior: 'none' },
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['x-prerender-revalidate', 'x-isr-draft'] },
          EnableAcceptEncodingBrotli: true,
          EnableAcceptEncodingGzip: true,
        },
      },
    });
    synthesized.template.resourceCountIs('AWS::CloudFront::CachePolicy', 2);
  });

  test("tell the origin the viewer's host and nothing else", () => {
    synthesized.template.hasResourceProperties('AWS::CloudFront::OriginRequestPolicy', {
      OriginRequestPolicyConfig: {
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['x-forwarded-host'] },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    });
  });

  test('pass the edge functions on their way in and out', () => {
    const [request, response] = configOf().DefaultCacheBehavior.FunctionAssociations ?? [];
    expect(request?.EventType).toBe('viewer-request');
    expect(JSON.stringify(request?.FunctionARN)).toContain('SiteEdgePageRequest');
    expect(response?.EventType).toBe('viewer-response');
    expect(JSON.stringify(response?.FunctionARN)).toContain('SiteEdgePageResponse');
  });

  test('carry tags that CloudFront reads and viewers never see', () => {
    expect(configOf().CacheTagConfig).toEqual({ HeaderName: 'x-amz-meta-cache-tag' });
    synthesized.template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: {
        RemoveHeadersConfig: { Items: HIDDEN.map((Header) => ({ Header })) },
      },
    });
    expect(configOf().DefaultCacheBehavior.ResponseHeadersPolicyId).toBeDefined();
  });
});

describe('the function that names the page', () => {
  const codeOf = (from: SynthesizedSite): string =>
    Object.entries(from.template.findResources('AWS::CloudFront::Function')).find(([id]) =>
      id.includes('PageRequest'),
    )?.[1].Properties.FunctionCode;

  test('knows the deployment, the allowed query and the hashes of tokens', () => {
    const config = /\{"prefix".*?\]\}/.exec(codeOf(synthesized))?.[0] ?? '';
    expect(JSON.parse(config)).toEqual({
      prefix: '/deployments/0123456789abcdef',
      trailingSlash: 'ignore',
      hasHtmlEndings: false,
      allowQuery: ['page'],
      tokenHashes: [TOKEN_HASH],
    });
  });

  test('allows the query parameters that the props list instead', () => {
    expect(codeOf(synthesize({ queryParameters: ['q$&'] }))).toContain('"allowQuery":["q$&"]');
  });

  test('runs on cloudfront-js-2.0 and is smaller than 10 KB', () => {
    synthesized.template.allResourcesProperties('AWS::CloudFront::Function', {
      FunctionConfig: Match.objectLike({ Runtime: 'cloudfront-js-2.0' }),
    });
    expect(codeOf(synthesized).length).toBeLessThan(10_240);
  });

  test('too long for CloudFront is an error that says what to do', () => {
    const queryParameters = Array.from({ length: 600 }, (_, index) => `parameter-${index}`);
    expect(() => synthesize({ queryParameters })).toThrow(
      /page-request has \d+ bytes, at most 10240.*fewer 'queryParameters'/,
    );
  });
});

describe('live routes', () => {
  test('are asked from the live function with the secret, all methods; what is kept has all in its key that says who asks', () => {
    for (const pattern of ['/api/revalidate', '/api/revalidate/', '/_actions', '/_actions/*']) {
      const behavior = behaviorOf(pattern);
      expect(behavior.AllowedMethods).toContain('POST');
      expect(behavior.CachePolicyId).toEqual({ Ref: expect.stringContaining('LiveCache') });
      // Managed-AllViewerExceptHostHeader
      expect(behavior.OriginRequestPolicyId).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
      expect(behavior.ResponseHeadersPolicyId).toBeDefined();
      expect(JSON.stringify(behavior.FunctionAssociations)).toContain('SiteEdgeLiveRequest');
      const origin = originOf(behavior.TargetOriginId);
      expect(JSON.stringify(origin.DomainName)).toContain('SiteFunctionsLiveFunctionUrl');
      expect(origin.OriginAccessControlId).toBeUndefined();
      expect(origin.OriginCustomHeaders[0].HeaderName).toBe('x-isr-origin-secret');
      expect(JSON.stringify(origin.OriginCustomHeaders[0].HeaderValue)).toContain('{{resolve:secretsmanager:');
    }
  });

  test('are kept for as long as they say, by cookies, Authorization, host, query and deployment', () => {
    const headers = Match.arrayEquals(['authorization', 'x-forwarded-host', 'x-isr-deployment']);
    synthesized.template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        MinTTL: 0,
        DefaultTTL: 0,
        MaxTTL: MAX_EDGE_SECONDS,
        ParametersInCacheKeyAndForwardedToOrigin: Match.objectLike({
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: headers },
          CookiesConfig: { CookieBehavior: 'all' },
          QueryStringsConfig: { QueryStringBehavior: 'all' },
        }),
      },
    });
  });

  test('share one origin, however many they are', () => {
    expect(configOf().Origins).toHaveLength(5);
  });

  test('leave prerendered pages that their patterns cover to the pages', () => {
    const covering = synthesize({}, { live: ['/[...path]'] });
    const { CacheBehaviors, DefaultCacheBehavior } = configOf(covering);
    const patterns = CacheBehaviors.map((each: Behavior) => each.PathPattern);
    expect(patterns.at(0)).toBe('/_astro/*');
    expect(patterns.at(-1)).toBe('/*');
    expect(behaviorOf('/about/', covering).TargetOriginId).toBe(DefaultCacheBehavior.TargetOriginId);
  });

  test('that are too many for CloudFront are merged, and a warning says what that means', () => {
    const live = Array.from({ length: 90 }, (_, index) => `/api/${index}/x`);
    const { stack, template } = synthesize({}, { live });
    expect(configOf({ template }).CacheBehaviors.length).toBeLessThan(75);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('no page at /api/\\* is stored'));
  });

  test('may be none', () => {
    const { Origins, CacheBehaviors } = configOf(synthesize({}, { live: [] }));
    expect(Origins).toHaveLength(4);
    expect(CacheBehaviors).toHaveLength(1);
  });
});

describe('hashed files', () => {
  test('come from S3, and serve says 404 of those that S3 does not have', () => {
    const group = groupOf(behaviorOf('/_astro/*').TargetOriginId);
    expect(group.FailoverCriteria.StatusCodes.Items).toEqual([403, 404]);
    const [primary, fallback] = group.Members.Items.map((each: { OriginId: string }) => originOf(each.OriginId));
    expect(JSON.stringify(primary.DomainName)).toContain('SiteBucket');
    expect(JSON.stringify(fallback.DomainName)).toContain('SiteFunctionsServeFunctionUrl');
  });

  test('are asked without a function at the edge, below their own folder of the bucket', () => {
    const behavior = behaviorOf('/_astro/*');
    expect(behavior.FunctionAssociations).toBeUndefined();
    const origin = configOf().Origins.find(({ OriginPath }: { OriginPath?: string }) => OriginPath === '/assets');
    expect(JSON.stringify(origin.DomainName)).toContain('SiteBucket');
    expect(origin.OriginPath).toBe('/assets');
    expect(origin.OriginAccessControlId).toBeDefined();
  });

  test('are looked for below the base and in the folder of the build', () => {
    expect(behaviorOf('/docs/_app/*', synthesize({}, { base: '/docs/', assetsFolder: '_app' }))).toBeDefined();
  });

  test('come before live routes', () => {
    expect(configOf().CacheBehaviors[0].PathPattern).toBe('/_astro/*');
  });
});

test("a domain of one's own needs a certificate, and then old TLS is refused", () => {
  const from = synthesizeWithDomain();
  expect(configOf(from)).toMatchObject({
    Aliases: ['www.example.com', 'example.com'],
    ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' },
  });
  expect(from.site.url).toBe('https://www.example.com');
});

test('price class and web ACL are as wanted', () => {
  const webAclId = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b';
  const config = configOf(synthesize({ priceClass: PriceClass.PRICE_CLASS_100, webAclId }));
  expect(config).toMatchObject({ PriceClass: 'PriceClass_100', WebACLId: webAclId, HttpVersion: 'http2and3' });
});

function synthesizeWithDomain(): SynthesizedSite {
  const certificate = Certificate.fromCertificateArn(
    new Stack(),
    'C',
    'arn:aws:acm:us-east-1:123456789012:certificate/a',
  );
  return synthesize({ domainNames: ['www.example.com', 'example.com'], certificate });
}

function configOf({ template }: Pick<SynthesizedSite, 'template'> = synthesized) {
  const all = Object.entries(template.findResources('AWS::CloudFront::Distribution'));
  return all.find(([id]) => !id.includes('FailOver'))?.[1].Properties.DistributionConfig;
}

function groupOf(targetId: string) {
  return configOf().OriginGroups.Items.find(({ Id }: { Id: string }) => Id === targetId);
}

function behaviorOf(pattern: string, from = synthesized): Behavior {
  return configOf(from).CacheBehaviors.find((each: Behavior) => each.PathPattern === pattern);
}

function originOf(id: string) {
  return configOf().Origins.find((each: { Id: string }) => each.Id === id);
}
