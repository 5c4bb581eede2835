import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface AssemblyFixture {
  readonly directory: string;
  /** Removes it. */
  remove(): Promise<void>;
}

export interface FixtureOptions {
  readonly resources: Readonly<Record<string, object>>;
  readonly outputs?: Readonly<Record<string, object>>;
  readonly parameters?: Readonly<Record<string, object>>;
  /** Files of each asset folder; it is published as `<name>.zip`. */
  readonly assets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The least that a distribution, and so a stack of this kind, needs. */
export const MINIMAL_SITE = {
  Bucket: { Type: 'AWS::S3::Bucket' },
  Access: {
    Type: 'AWS::CloudFront::OriginAccessControl',
    Properties: {
      OriginAccessControlConfig: {
        Name: 'access',
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    },
  },
  Edge: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Enabled: true,
        Origins: [
          {
            Id: 'bucket',
            DomainName: { 'Fn::GetAtt': ['Bucket', 'RegionalDomainName'] },
            OriginAccessControlId: { 'Fn::GetAtt': ['Access', 'Id'] },
            S3OriginConfig: { OriginAccessIdentity: '' },
          },
        ],
        DefaultCacheBehavior: {
          TargetOriginId: 'bucket',
          ViewerProtocolPolicy: 'redirect-to-https',
          CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        },
      },
    },
  },
  Policy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Bucket' },
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Action: 's3:GetObject',
            Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/public/*']] },
          },
        ],
      },
    },
  },
} as const;

/** Writes a cloud assembly as `cdk synth` does. */
export async function writeAssembly(options: FixtureOptions): Promise<AssemblyFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'stack-'));
  const { resources, outputs = {}, parameters = {}, assets = {} } = options;
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  };
  for (const [name, files] of Object.entries(assets)) {
    for (const [path, content] of Object.entries(files)) await write(`asset.${name}/${path}`, content);
  }
  const files = Object.keys(assets).map((name) => [
    name,
    { source: { path: `asset.${name}` }, destinations: { here: { objectKey: `${name}.zip` } } },
  ]);
  const artifacts = {
    Demo: {
      type: 'aws:cloudformation:stack',
      dependencies: ['Demo.assets'],
      properties: { templateFile: 'Demo.template.json' },
    },
    'Demo.assets': { type: 'cdk:asset-manifest', properties: { file: 'Demo.assets.json' } },
  };
  await write('manifest.json', JSON.stringify({ artifacts }));
  await write('Demo.assets.json', JSON.stringify({ files: Object.fromEntries(files) }));
  await write('Demo.template.json', JSON.stringify({ Resources: resources, Outputs: outputs, Parameters: parameters }));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
