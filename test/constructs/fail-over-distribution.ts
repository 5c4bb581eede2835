import { beforeAll, describe, expect, test } from 'vitest';
import { plainSite, type SynthesizedSite } from './fixture.ts';

let synthesized: SynthesizedSite;
beforeAll(async () => {
  synthesized = await plainSite();
});

describe('the fail-over distribution', () => {
  const config = () =>
    Object.entries(synthesized.template.findResources('AWS::CloudFront::Distribution')).find(([id]) =>
      id.includes('FailOver'),
    )?.[1].Properties.DistributionConfig;

  test('makes a 503 with a page of all that S3 says when it has none, and keeps nothing', () => {
    const errors: { readonly ErrorCode: number }[] = config().CustomErrorResponses;
    expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual([403, 404, 500, 502, 503, 504]);
    for (const each of errors) {
      const page = { ResponseCode: 503, ResponsePagePath: '/errors/503.html', ErrorCachingMinTTL: 0 };
      expect(each).toMatchObject(page);
    }
    // Managed-CachingDisabled
    expect(config().DefaultCacheBehavior.CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
  });

  test('says when to come back', () => {
    synthesized.template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: {
        CustomHeadersConfig: { Items: [{ Header: 'retry-after', Value: '30', Override: true }] },
      },
    });
  });

  test('has the bucket as its only origin, and a function that knows the secret', () => {
    expect(config().Origins).toHaveLength(1);
    expect(JSON.stringify(config().Origins[0].DomainName)).toContain('SiteBucket');
    expect(config().Origins[0].OriginAccessControlId).toBeDefined();
    expect(JSON.stringify(config().DefaultCacheBehavior.FunctionAssociations)).toContain('SiteEdgeFailOverRequest');
    const [code] = Object.entries(synthesized.template.findResources('AWS::CloudFront::Function')).filter(([id]) =>
      id.includes('FailOver'),
    );
    expect(JSON.stringify(code?.[1].Properties.FunctionCode)).toContain('{{resolve:secretsmanager:');
  });
});
