import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PrerenderedPage } from '../../lib/index.ts';
import { bundles, plainSite, type SynthesizedSite, synthesize } from './fixture.ts';

interface JoinedArn {
  readonly 'Fn::Join': readonly [string, readonly unknown[]];
}

interface ReadStatement {
  readonly Action: string;
  readonly Principal: object;
  readonly Resource: JoinedArn | readonly JoinedArn[];
  readonly Condition: object;
}

let synthesized: SynthesizedSite;
beforeAll(async () => {
  synthesized = await plainSite();
});

describe('the bucket', () => {
  test('is private and encrypted', () => {
    synthesized.template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    });
  });

  test('refuses requests without TLS', () => {
    synthesized.template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Action: 's3:*' }),
        ]),
      },
    });
  });

  test('lets one distribution read assets and the other one pages, neither anything else, and none list it', () => {
    const [policy] = Object.values(synthesized.template.findResources('AWS::S3::BucketPolicy'));
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      (each: { Effect: string }) => each.Effect === 'Allow',
    );
    const reading = allowed.map(({ Action, Principal, Resource, Condition }: ReadStatement) => ({
      Action,
      Principal,
      keys: [Resource].flat().map((each) => each['Fn::Join'][1][1]),
      distribution: /AWS:SourceArn.*:distribution\/.*"(SiteEdge\w*?)[0-9A-F]{8}"/.exec(JSON.stringify(Condition))?.[1],
    }));
    const one = { Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } };
    expect(reading).toEqual([
      { ...one, keys: ['/assets/*'], distribution: 'SiteEdgeDistribution' },
      { ...one, keys: ['/deployments/*', '/errors/503.html'], distribution: 'SiteEdgeFailOverDistribution' },
    ]);
  });

  test('forgets leases, purges, webhooks, rendered pages that nobody replaced, images and unfinished uploads, but no prerendered page', () => {
    synthesized.template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ Prefix: '_isr/leases/', ExpirationInDays: 1, Status: 'Enabled' }),
          Match.objectLike({ Prefix: '_isr/purges/', ExpirationInDays: 15, Status: 'Enabled' }),
          Match.objectLike({ Prefix: '_isr/webhooks/', ExpirationInDays: 1, Status: 'Enabled' }),
          Match.objectLike({
            TagFilters: [{ Key: 'isr', Value: 'rendered' }],
            ExpirationInDays: 31,
            Status: 'Enabled',
          }),
          Match.objectLike({ Prefix: '_isr/facts/', ExpirationInDays: 32, Status: 'Enabled' }),
          Match.objectLike({ Prefix: 'images/', ExpirationInDays: 90, Status: 'Enabled' }),
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }),
        ],
      },
    });
  });

  test('keeps rendered pages for as long as it is told', () => {
    synthesize({ pageRetention: Duration.days(7) }).template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 7 })]) },
    });
  });

  test('outlives the stack unless told otherwise', () => {
    synthesized.template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    const destroyed = synthesize({ removalPolicy: RemovalPolicy.DESTROY }).template;
    destroyed.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    destroyed.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });
});

describe('the files of the build', () => {
  test('that are pages go under their page keys, short-lived for when S3 has to answer alone', () => {
    expect(uploadedFiles('deployments/0123456789abcdef')).toEqual([
      '.well-known/security/index.html',
      'about/index.html',
      'favicon.svg',
      'feed.xml',
      'images/photo.webp',
    ]);
    uploads('deployments/0123456789abcdef').forEach((upload) => {
      expect(upload.SystemMetadata['cache-control']).toBe('public, max-age=0, s-maxage=30, stale-if-error=300');
    });
  });

  test('that have a hash in their name go under their URL path, for ever', () => {
    expect(uploadedFiles('assets')).toEqual(['_astro/font.77aa.woff2', '_astro/main.3f2a.css']);
    uploads('assets').forEach((upload) => {
      expect(upload.SystemMetadata['cache-control']).toBe('public, max-age=31536000, immutable');
    });
  });

  test('below a base have it in their keys', () => {
    const based = synthesize({}, { base: '/docs', prerendered: [{ path: '/docs', file: 'index.html', headers: {} }] });
    expect(uploadedFiles('assets', based)).toContain('docs/_astro/main.3f2a.css');
    expect(uploadedFiles('deployments/0123456789abcdef', based)).toContain('docs/index.html');
    expect(uploadedFiles('deployments/0123456789abcdef', based)).toContain('docs/favicon.svg');
  });

  test('are never deleted, so old pages find their assets and a rollback its pages', () => {
    const all = Object.values(synthesized.template.findResources('Custom::CDKBucketDeployment'));
    expect(all.length).toBeGreaterThan(0);
    for (const { Properties } of all) {
      expect(Properties.Prune).toBe(false);
      expect(Properties.RetainOnDelete).toBeUndefined();
    }
  });

  describe('have a content type that nobody has to guess', () => {
    test('by their extension, and with a charset where they are text', () => {
      expect(contentTypes()).toEqual({
        'assets/_astro/font.77aa.woff2': 'font/woff2',
        'assets/_astro/main.3f2a.css': 'text/css; charset=utf-8',
        'deployments/0123456789abcdef/.well-known/security/index.html': 'application/octet-stream',
        'deployments/0123456789abcdef/about/index.html': 'text/html; charset=utf-8',
        'deployments/0123456789abcdef/favicon.svg': 'image/svg+xml',
        'deployments/0123456789abcdef/feed.xml': 'application/rss+xml',
        'deployments/0123456789abcdef/images/photo.webp': 'image/webp',
      });
    });

    test('as the build says for its pages, whatever their name', () => {
      const prerendered: PrerenderedPage[] = [
        { path: '/about', file: 'about/index.html', headers: { 'Content-Type': 'text/html; charset=iso-8859-1' } },
        { path: '/api', file: 'api', headers: { 'content-type': 'application/json' } },
        { path: '/plain', file: 'plain.html', headers: {} },
      ];
      expect(contentTypes(synthesize({}, { prerendered, files: [] }))).toEqual({
        'deployments/0123456789abcdef/about/index.html': 'text/html; charset=iso-8859-1',
        'deployments/0123456789abcdef/api/index.html': 'application/json',
        'deployments/0123456789abcdef/plain/index.html': 'text/html; charset=utf-8',
      });
    });

    test('as the user says, by path or by extension', () => {
      const files = ['.well-known/apple-app-site-association', '.well-known/matrix/server', 'a.GLB', 'b.glb', 'c.bin'];
      const given = {
        '/docs/.well-known/matrix/server': 'application/json',
        '.glb': 'model/gltf-binary',
        '/docs/b.glb': 'text/x-glb',
      };
      const site = synthesize({ contentTypes: given }, { base: '/docs', prerendered: [], files });
      expect(contentTypes(site)).toEqual({
        'deployments/0123456789abcdef/docs/.well-known/apple-app-site-association/index.html': 'application/json',
        'deployments/0123456789abcdef/docs/.well-known/matrix/server/index.html': 'application/json',
        'deployments/0123456789abcdef/docs/a.GLB': 'model/gltf-binary',
        'deployments/0123456789abcdef/docs/b.glb': 'text/x-glb; charset=utf-8',
        'deployments/0123456789abcdef/docs/c.bin': 'application/octet-stream',
      });
      Annotations.fromStack(site.stack).hasNoWarning('*', Match.stringLikeRegexp('contentTypes'));
    });

    test('and one that is for no file gets a warning', () => {
      const { stack } = synthesize({ contentTypes: { '/nowhere': 'text/plain', '.svg': 'image/svg+xml' } });
      Annotations.fromStack(stack).hasWarning(
        '*',
        Match.stringLikeRegexp("'contentTypes' has /nowhere, which no file"),
      );
    });
  });

  test('bring the AWS CLI along once, however many types they have', () => {
    expect(uploads('assets').length + uploads('deployments/0123456789abcdef').length).toBeGreaterThan(5);
    synthesized.template.resourceCountIs('AWS::Lambda::LayerVersion', 1);
  });

  test('are there before anything asks for them', () => {
    const uploadIds = Object.keys(synthesized.template.findResources('Custom::CDKBucketDeployment')).filter((id) =>
      id.startsWith('SiteUploads'),
    );
    const resources = synthesized.template.toJSON().Resources;
    const dependents = Object.keys(resources).filter((id) =>
      uploadIds.every((each) => resources[id].DependsOn?.includes(each)),
    );
    const names = dependents.map((id) => id.replace(/^Site(Functions|Edge)(.*)[0-9A-F]{8}$/, '$2'));
    expect(names.toSorted()).toEqual(['Live', 'LiveRequest', 'PageRequest', 'Render', 'Revalidate', 'Serve', 'Warm']);
  });

  test('are no upload when there are none, but for the page of outages', () => {
    const from = synthesize({}, { prerendered: [], files: [] });
    const ids = Object.keys(from.template.findResources('Custom::CDKBucketDeployment'));
    expect(ids.filter((id) => id.startsWith('SiteUploads'))).toHaveLength(1);
    expect(uploads('errors', from)).toMatchObject([
      { SystemMetadata: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } },
    ]);
  });

  test('cannot have a path that no page may have', () => {
    const page = { path: '/a//b', file: 'a.html', headers: {} };
    expect(() => synthesize({}, { prerendered: [page] })).toThrow(/'client\/a.html' .* '\/a\/\/b' \(empty-segment\)/);
  });
});

interface UploadProperties {
  readonly DestinationBucketKeyPrefix: string;
  readonly SourceObjectKeys: readonly string[];
  readonly SystemMetadata: Readonly<Record<string, string>>;
}

function uploads(prefix: string, { template } = synthesized): UploadProperties[] {
  const all = template.findResources('Custom::CDKBucketDeployment', {
    Properties: { DestinationBucketKeyPrefix: prefix },
  });
  return Object.values(all).map(({ Properties }) => Properties);
}

function uploadedFiles(prefix: string, from = synthesized): string[] {
  return uploads(prefix, from)
    .flatMap(({ SourceObjectKeys: [key = ''] }) => filesBelow(join(from.outdir, `asset.${key.replace('.zip', '')}`)))
    .toSorted();
}

/** By the keys of the objects. */
function contentTypes(from = synthesized): Record<string, string | undefined> {
  const all = [...uploads('assets', from), ...uploads('deployments/0123456789abcdef', from)];
  const entries = all.flatMap(({ DestinationBucketKeyPrefix, SourceObjectKeys: [key = ''], SystemMetadata }) =>
    filesBelow(join(from.outdir, `asset.${key.replace('.zip', '')}`)).map(
      (file) => [`${DestinationBucketKeyPrefix}/${file}`, SystemMetadata['content-type']] as const,
    ),
  );
  return Object.fromEntries(entries);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1));
}

test('what S3 does not know of a page is beside the bundles that read pages, and in the bucket for everybody else', async () => {
  const headers = { 'content-type': 'text/html', 'X-Robots-Tag': 'noindex' };
  const from = synthesize(
    {},
    {
      prerendered: [
        { path: '/about', file: 'about/index.html', headers },
        { path: '/404', file: '404.html', headers: { 'content-type': 'text/html' } },
        { path: '/plain', file: 'plain/index.html', headers: { 'content-type': 'text/html' } },
      ],
    },
  );
  const serve = Object.values(
    from.template.findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp('^Answers requests for pages') },
    }),
  )[0];
  const folder = join(from.outdir, `asset.${serve?.Properties.Code.S3Key.replace('.zip', '')}`);
  const known = {
    '/about/index.html': { headers: { 'x-robots-tag': 'noindex' } },
    '/404/index.html': { status: 404 },
  };
  expect(JSON.parse(readFileSync(join(folder, 'prerendered.json'), 'utf8'))).toEqual(known);
  const [upload] = uploads('_isr/prerendered', from);
  const uploaded = join(from.outdir, `asset.${upload?.SourceObjectKeys[0]?.replace('.zip', '')}`);
  expect(JSON.parse(readFileSync(join(uploaded, '0123456789abcdef.json'), 'utf8'))).toEqual(known);
  expect(readFileSync(join(folder, 'site/index.mjs'), 'utf8')).toContain('export const fetch');
  const bundle = readFileSync(join(await bundles(), 'lambdas/serve/index.mjs'), 'utf8');
  expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toBe(bundle);
});
