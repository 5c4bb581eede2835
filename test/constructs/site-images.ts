import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ManifestImages } from '../../lib/build/manifest.ts';
import { IsrSite } from '../../lib/constructs/isr-site.ts';
import { bundles, plainSite, type SynthesizedSite, synthesize, write, writeBuild } from './fixture.ts';

const IMAGES: ManifestImages = {
  path: '/docs/_image',
  version: 'fedcba9876543210',
  parameters: ['href', 'w'],
  widths: [],
  minimumTtlSeconds: 60,
  contentSecurityPolicy: "script-src 'none'",
};
/** Of what a variant is sent with by the function, or by S3 alone, what viewers do not get. */
const HIDDEN = [
  'x-amzn-trace-id',
  'x-amz-request-id',
  'x-amz-id-2',
  'x-amz-server-side-encryption',
  'x-amz-version-id',
  'x-amz-meta-expires-at',
  'x-amz-meta-source-etag',
  'retry-after',
];
const SHARP = {
  version: '1.2.3',
  dependencies: { colour: '*' },
  optionalDependencies: {
    '@img/sharp-linux-arm64': '1.2.3',
    '@img/sharp-libvips-linux-arm64': '4.5.6',
    '@img/sharp-of-this-machine': '1.2.3',
  },
};
const BINARIES = ['@img/sharp-linux-arm64', '@img/sharp-libvips-linux-arm64'];

let synthesized: SynthesizedSite;
beforeAll(async () => {
  await bundles();
  synthesized = synthesize({}, { base: '/docs', images: IMAGES });
});

/** A project whose packages are these, as npm or as pnpm has them, with a build of the site. */
function projectWith(names: readonly string[], store = 'node_modules'): string {
  const folder = writeBuild({ images: IMAGES });
  const project = dirname(folder);
  for (const name of names) {
    const json = name === 'sharp' ? SHARP : { version: '1.0.0' };
    write(join(project, store, name, 'package.json'), JSON.stringify(json));
    write(join(project, store, name, 'dist/index.mjs'), `// ${name}`);
  }
  if (names.includes('sharp')) write(join(project, store, 'sharp/src/sharp.cc'), '// not needed');
  return folder;
}

function synthesizeIn(buildDirectory: string, context: Record<string, unknown> = {}) {
  const app = new App({ context, outdir: join(dirname(buildDirectory), 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  new IsrSite(stack, 'Site', { buildDirectory });
  return { stack, annotations: Annotations.fromStack(stack), outdir: app.outdir };
}

test('a site that asks for no images on demand has no function for them', async () => {
  const { site, template } = await plainSite();
  expect(site.images).toBeUndefined();
  expect(JSON.stringify(template.toJSON())).not.toMatch(/_image|sharp|images\/\*/);
});

describe('the packages of the function', () => {
  const names = ['sharp', 'colour', ...BINARIES, '@img/sharp-of-this-machine'];

  test('come from the project: sharp, what it imports, and the binaries for the processor of the function', () => {
    const { annotations, outdir } = synthesizeIn(projectWith(names));
    annotations.hasNoError('*', Match.anyValue());
    const [asset = ''] = globSync(join(outdir, 'asset.*/image')).map(dirname);
    for (const name of ['sharp', 'colour', ...BINARIES]) {
      expect(readFileSync(join(asset, 'node_modules', name, 'dist/index.mjs'), 'utf8')).toBe(`// ${name}`);
    }
    for (const name of ['sharp/src', '@img/sharp-of-this-machine']) {
      expect(existsSync(join(asset, 'node_modules', name))).toBe(false);
    }
    expect(JSON.parse(readFileSync(join(asset, 'images.json'), 'utf8'))).toMatchObject({
      files: { '/favicon.svg': 'favicon.svg', '/images/photo.webp': 'images/photo.webp' },
    });
  });

  test('that are missing are an error with the command that installs them, in the versions that sharp wants', () => {
    const { annotations } = synthesizeIn(projectWith(['sharp', 'colour']));
    const command = 'npm install --no-save --force @img/sharp-linux-arm64@1.2.3 @img/sharp-libvips-linux-arm64@4.5.6';
    annotations.hasError('/Stack/Site/Images', Match.stringLikeRegexp(command));
  });

  test('may be missing in an assembly that only this machine runs, which takes those of this machine along', () => {
    const packages = ['sharp', 'colour', '@img/sharp-of-this-machine'];
    const { annotations, outdir } = synthesizeIn(projectWith(packages), { 'cdk-isr:local': true });
    expect(globSync(join(outdir, 'asset.*/node_modules/@img/sharp-of-this-machine/package.json'))).toHaveLength(1);
    annotations.hasNoError('*', Match.anyValue());
    annotations.hasWarning('/Stack/Site/Images', Match.stringLikeRegexp('npm install --no-save --force'));
  });
});

describe('the edge', () => {
  test('sends both forms of the endpoint to the function, and to what is stored when that fails', () => {
    const config = configOf();
    for (const path of ['/docs/_image', '/docs/_image/']) {
      const behavior = config.CacheBehaviors.find((each: { PathPattern: string }) => each.PathPattern === path);
      expect(behavior.AllowedMethods).toEqual(['GET', 'HEAD']);
      const group = config.OriginGroups.Items.find((each: { Id: string }) => each.Id === behavior.TargetOriginId);
      const origins = group.Members.Items.map(({ OriginId }: { OriginId: string }) =>
        config.Origins.find(({ Id }: { Id: string }) => Id === OriginId),
      );
      expect(JSON.stringify(origins[0].DomainName)).toContain('SiteImagesImageFunctionUrl');
      expect(origins[0].OriginAccessControlId).toBeDefined();
      expect(JSON.stringify(origins[1].DomainName)).toContain('SiteEdgeFailOverDistribution');
    }
  });

  test('keeps a variant for each path, and sends a policy with it that lets an SVG run nothing', () => {
    const { template } = synthesized;
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: Match.objectLike({
        Comment: 'Images: the origin says how long',
        MaxTTL: 31_536_000,
        ParametersInCacheKeyAndForwardedToOrigin: Match.objectLike({
          QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['image'] },
          HeadersConfig: { HeaderBehavior: 'none' },
          CookiesConfig: { CookieBehavior: 'none' },
        }),
      }),
    });
    template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: Match.objectLike({
        RemoveHeadersConfig: { Items: HIDDEN.map((Header) => ({ Header })) },
        SecurityHeadersConfig: {
          ContentSecurityPolicy: { ContentSecurityPolicy: "script-src 'none'", Override: true },
          ContentTypeOptions: { Override: true },
        },
      }),
    });
  });

  test('is told of a new deployment after the function', () => {
    const functions = synthesized.template.findResources('AWS::CloudFront::Function');
    const dependenciesOf = (id: string) =>
      Object.entries(functions)
        .filter(([name]) => name.startsWith(id))
        .flatMap(([, { DependsOn }]) => DependsOn as string[]);
    expect(dependenciesOf('SiteEdgeImageRequest').join()).toMatch(/SiteImagesImage[0-9A-F]{8}/);
    expect(dependenciesOf('SiteEdgePageRequest').join()).toMatch(/SiteEdgeImageRequest/);
  });
});

describe('the function', () => {
  test('may read files of the build, and read and write images, and nothing else', () => {
    const policies = synthesized.template.findResources('AWS::IAM::Policy');
    const policy = Object.entries(policies).find(([id]) => id.startsWith('SiteImagesImageRole'))?.[1];
    const statements: { Action: string | string[]; Resource: unknown }[] = policy?.Properties.PolicyDocument.Statement;
    const onKeys = statements.flatMap(({ Action, Resource }) =>
      [...JSON.stringify(Resource).matchAll(/"\/([\w/]+\/\*)"/g)].map(([, key]) => [key, Action]),
    );
    expect(onKeys).toEqual([
      ['assets/*', 's3:GetObject'],
      ['deployments/0123456789abcdef/*', 's3:GetObject'],
      ['images/*', ['s3:GetObject', 's3:PutObject']],
    ]);
    expect(JSON.stringify(statements)).not.toMatch(/sqs:|cloudfront:|secretsmanager:|s3:\*/);
  });

  test('answers to the distribution alone, with the memory and the concurrency that it is given', () => {
    const { template } = synthesize({ imageMemoryMiB: 2048, imageConcurrency: 7 }, { images: IMAGES });
    template.hasResourceProperties('AWS::Lambda::Function', { MemorySize: 2048, ReservedConcurrentExecutions: 7 });
    template.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'AWS_IAM',
      TargetFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SiteImagesImage'), 'Arn'] },
    });
    expect(() => synthesize({ imageMemoryMiB: 256 }, { images: IMAGES })).toThrow(/'imageMemoryMiB' must be/);
  });
});

function configOf() {
  const distributions = synthesized.template.findResources('AWS::CloudFront::Distribution');
  const [, site] = Object.entries(distributions).find(([id]) => /^SiteEdgeDistribution[0-9A-F]{8}$/.test(id)) ?? [];
  return site?.Properties.DistributionConfig;
}
