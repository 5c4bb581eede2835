import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { IsrSite, type IsrSiteProps, IsrStack } from '../../lib/index.ts';
import { bundles, newApp, plainSite, synthesize, writeBuild } from './fixture.ts';

beforeAll(bundles);

describe('a prop that is not valid is an error with the value and the path', () => {
  test.each<[Partial<IsrSiteProps>, string]>([
    [{ renderMemoryMiB: 64 }, "'renderMemoryMiB' must be an integer between 128 and 10240, got 64"],
    [{ renderConcurrency: 1 }, "'renderConcurrency' must be an integer between 2 and 1000, got 1"],
    [
      { renderTimeout: Duration.minutes(3) },
      "'renderTimeout' must be whole seconds between 1 and 120, got '3 minutes'",
    ],
    [
      { originTimeout: Duration.seconds(2) },
      "'originTimeout' must be whole seconds between 3 and 120, got '2 seconds'",
    ],
    [
      { liveTimeout: Duration.millis(1500) },
      "'liveTimeout' must be whole seconds between 1 and 120, got '1 second 500 millis'",
    ],
    [{ pageRetention: Duration.days(60) }, "'pageRetention' must be whole days between 1 and 31, got '60 days'"],
    [{ siteUrl: 'example.com' }, "'siteUrl' must be an origin such as 'https://example.com', got 'example.com'"],
    [
      { domainNames: ['example.com'] },
      "'certificate' must be one of us-east-1 that covers example.com, got nothing; 'domainNames' needs it",
    ],
    [
      { liveTimeout: 30 as unknown as Duration },
      "'liveTimeout' must be a Duration of whole seconds between 1 and 120, got 30",
    ],
    [
      { environment: { ISR_BUCKET: 'x' } },
      "'environment.ISR_BUCKET' must be named otherwise; names that begin with ISR_, AWS_ or LAMBDA_ are taken",
    ],
    [
      { environment: { 'a-b': 'x' } },
      "'environment.a-b' must be named with letters, digits and underscores, a letter first",
    ],
    [
      { queryParameters: ['a,b'] },
      "'queryParameters[0]' must be the name of a query parameter, without a comma, got 'a,b'",
    ],
  ])('%o', (props, message) => {
    expect(() => synthesize(props)).toThrow(message);
    expect(() => synthesize(props)).toThrow('(at Stack/Site)');
  });

  test('every fault is told at once', () => {
    expect(() => synthesize({ renderMemoryMiB: 1, renderConcurrency: 0 })).toThrow(
      /renderMemoryMiB.*renderConcurrency/,
    );
  });
});

test('values that are only known at deploy time are taken as they are', () => {
  const { site, stack } = synthesize({
    siteUrl: `https://${Aws.STACK_NAME}.example`,
    renderMemoryMiB: Lazy.number({ produce: () => 512 }),
  });
  expect(stack.resolve(site.url)).toEqual({ 'Fn::Join': ['', ['https://', { Ref: 'AWS::StackName' }, '.example']] });
});

test('without a build, the error says how to get one', () => {
  const stack = new Stack();
  expect(() => new IsrSite(stack, 'Site', { buildDirectory: '/nowhere' })).toThrow(
    expect.objectContaining({ code: 'BUILD_NOT_FOUND', message: expect.stringContaining('astro build') }),
  );
});

describe('ids that a deployed stack depends on', () => {
  // A rename replaces the resource: the bucket with all pages, or the queues with all messages.
  test.each([
    ['AWS::S3::Bucket', ['SiteBucket978D4AEB']],
    ['AWS::CloudFront::Distribution', ['SiteEdgeDistribution0452F04E', 'SiteEdgeFailOverDistribution87D34E60']],
    [
      'AWS::SQS::Queue',
      [
        'SiteQueuesJobs3330F10A',
        'SiteQueuesJobsDeadLetters1331113F',
        'SiteQueuesPurgesDeadLettersA57AF45A',
        'SiteQueuesPurgesEF97AB38',
      ],
    ],
    ['AWS::SecretsManager::Secret', ['SiteFunctionsOriginSecret3624831D']],
  ])('%s: %j', async (type, ids) => {
    const { template } = await plainSite();
    expect(Object.keys(template.findResources(type)).toSorted()).toEqual(ids);
  });
});

test('two syntheses of one build are the same, byte by byte', () => {
  const buildDirectory = writeBuild();
  const [one, other] = [synthesize({ buildDirectory }), synthesize({ buildDirectory })];
  expect(one.template.toJSON()).toEqual(other.template.toJSON());
  const assetsOf = ({ outdir }: { outdir: string }) =>
    JSON.parse(readFileSync(join(outdir, 'Stack.assets.json'), 'utf8')).files;
  expect(Object.keys(assetsOf(one))).toEqual(Object.keys(assetsOf(other)));
});

test('equal builds in different folders are the same deployment', async () => {
  expect(synthesize().template.toJSON()).toEqual((await plainSite()).template.toJSON());
});

test('one stack can hold two sites', () => {
  const stack = new Stack(newApp(), 'Stack');
  for (const id of ['One', 'Two']) new IsrSite(stack, id, { buildDirectory: writeBuild() });
  Template.fromStack(stack).resourceCountIs('AWS::CloudFront::Distribution', 4);
});

describe('IsrStack', () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(new IsrStack(newApp(), 'CdkIsr', { buildDirectory: writeBuild() }));
  });

  test('says where everything is', () => {
    expect(Object.keys(template.findOutputs('*')).toSorted()).toEqual([
      'BucketName',
      'DeploymentId',
      'DistributionId',
      'DistributionUrl',
      'JobsDeadLettersQueueUrl',
      'JobsQueueUrl',
      'PurgesDeadLettersQueueUrl',
      'RevalidateUrl',
      'SiteUrl',
      'WarmUp',
    ]);
  });

  test('is what it was', () => {
    const text = JSON.stringify(template.toJSON(), (name, value) =>
      name === 'FunctionCode' ? '<code of lambdas/edge>' : value,
    ).replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>');
    expect(JSON.parse(text)).toMatchSnapshot();
  });
});
