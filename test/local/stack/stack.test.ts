import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { setImmediate as turn } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';
import { type Pace, StackClock } from '../../../lib/local/clock.ts';
import { type LocalStack, type RunStackOptions, runStack } from '../../../lib/local/stack/index.ts';
import { ask } from '../../support/http.ts';
import { type FixtureOptions, MINIMAL_SITE, writeAssembly } from './assembly-fixture.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function run(fixture: FixtureOptions, options: Partial<RunStackOptions> = {}): Promise<LocalStack> {
  const assembly = await writeAssembly(fixture);
  cleanups.push(() => assembly.remove());
  const stack = await runStack({
    assembly: assembly.directory,
    clock: new StackClock('standing'),
    calm: true,
    ...options,
  });
  cleanups.push(() => stack.stop());
  return stack;
}

const failureOf = (fixture: FixtureOptions, options?: Partial<RunStackOptions>) =>
  run(fixture, options).then(
    () => 'it runs',
    (error: Error) => error.message,
  );

const upload = (properties: object) => ({
  Upload: {
    Type: 'Custom::CDKBucketDeployment',
    Properties: {
      DestinationBucketName: { Ref: 'Bucket' },
      SourceBucketNames: ['cdk-assets'],
      SourceObjectKeys: ['site.zip'],
      Prune: false,
      ...properties,
    },
  },
});

const secret = {
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: { PasswordLength: 40 } } },
};
/** A function with a URL, which answers what the secret is. */
const echo = {
  EchoRole: { Type: 'AWS::IAM::Role' },
  Echo: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: { 'Fn::GetAtt': ['EchoRole', 'Arn'] },
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'cdk-assets', S3Key: 'echo.zip' },
      Environment: {
        Variables: { SECRET: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Secret' }, '}}']] } },
      },
      Timeout: 10,
    },
  },
  EchoUrl: {
    Type: 'AWS::Lambda::Url',
    Properties: { TargetFunctionArn: { 'Fn::GetAtt': ['Echo', 'Arn'] }, AuthType: 'NONE' },
  },
};
const echoCode = { 'index.mjs': 'export const handler = async () => process.env.SECRET;' };

test('has two edge locations, as on AWS, unless it is to be calm', async () => {
  const { siteUrl } = await run({ resources: MINIMAL_SITE }, { calm: undefined });
  const { headers } = await ask(siteUrl, '/', { headers: { 'x-amz-cf-pop': 'LOCAL2-C1' } });
  expect(headers['x-amz-cf-pop']).toBe('LOCAL2-C1');
});

test('a distribution may be an origin of another one, which is then the one that viewers ask', async () => {
  const { DistributionConfig: config } = MINIMAL_SITE.Edge.Properties;
  const behind = {
    Id: 'behind',
    DomainName: { 'Fn::GetAtt': ['Edge', 'DomainName'] },
    CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
  };
  const behavior = { ...config.DefaultCacheBehavior, TargetOriginId: 'behind' };
  const front = {
    Type: 'AWS::CloudFront::Distribution',
    Properties: { DistributionConfig: { ...config, Origins: [behind], DefaultCacheBehavior: behavior } },
  };
  const resources = { ...MINIMAL_SITE, Front: front, ...upload({ DestinationBucketKeyPrefix: 'public' }) };
  const stack = await run({ resources, assets: { site: { 'index.html': 'through two of them' } } });
  const page = await ask(stack.siteUrl, '/public/index.html');
  expect([page.status, page.body]).toEqual([200, 'through two of them']);
  expect([...stack.distribution.cachedObjects()].map(({ uri }) => uri)).toEqual(['/public/index.html']);
  const asked = stack.events.all().filter(({ kind }) => kind === 'request');
  expect(asked).toHaveLength(2);
}, 60_000);

describe('uploads', () => {
  const site = { 'index.html': '<h1>hi</h1>', 'img/a.svg': '<svg/>', 'font.woff2': 'x', 'notes.txt': 'at MARK' };

  test('put files under their prefix, with the types that aws s3 sync guesses and the metadata asked for', async () => {
    const SystemMetadata = { 'cache-control': 'max-age=60' };
    const resources = { ...MINIMAL_SITE, ...upload({ DestinationBucketKeyPrefix: 'public', SystemMetadata }) };
    const { siteUrl } = await run({ resources, assets: { site } });
    const page = await ask(siteUrl, '/public/index.html');
    expect(page).toMatchObject({ status: 200, body: '<h1>hi</h1>' });
    expect(page.headers).toMatchObject({ 'content-type': 'text/html', 'cache-control': 'max-age=60' });
    expect((await ask(siteUrl, '/public/img/a.svg')).headers['content-type']).toBe('image/svg+xml');
    expect((await ask(siteUrl, '/public/font.woff2')).headers['content-type']).toBe('binary/octet-stream');
  });

  test('outside what the policy opens are out of reach', async () => {
    const resources = { ...MINIMAL_SITE, ...upload({ DestinationBucketKeyPrefix: 'secret' }) };
    const { siteUrl } = await run({ resources, assets: { site } });
    expect((await ask(siteUrl, '/secret/index.html')).status).toBe(403);
  });

  test('leave out what is excluded, and replace markers', async () => {
    const properties = {
      DestinationBucketKeyPrefix: 'public/',
      Exclude: ['*'],
      Include: ['*.txt', 'img/*'],
      SourceMarkers: [{ MARK: { Ref: 'Bucket' } }],
    };
    const { siteUrl, bucketName } = await run({
      resources: { ...MINIMAL_SITE, ...upload(properties) },
      assets: { site },
    });
    expect((await ask(siteUrl, '/public/notes.txt')).body).toBe(`at ${bucketName}`);
    expect((await ask(siteUrl, '/public/img/a.svg')).status).toBe(200);
    expect((await ask(siteUrl, '/public/index.html')).status).toBe(403);
  });

  test('name metadata and assets that cannot be', async () => {
    const wrong = { ...MINIMAL_SITE, ...upload({ SystemMetadata: { acl: 'public-read' } }) };
    expect(await failureOf({ resources: wrong, assets: { site } })).toMatch(/Upload.*'acl' is not emulated/);
    expect(await failureOf({ resources: { ...MINIMAL_SITE, ...upload({}) } })).toMatch(
      /'site.zip' is not in the assembly/,
    );
  });
});

describe('a second start', () => {
  const site = { 'index.html': 'first' };
  const resources = { ...MINIMAL_SITE, ...upload({ DestinationBucketKeyPrefix: 'public' }), ...secret, ...echo };
  const assets = { site, echo: echoCode };

  async function restartable(pace: Pace = 'standing'): Promise<(fresh?: boolean) => Promise<LocalStack>> {
    const assembly = await writeAssembly({ resources, assets });
    const dataDirectory = await mkdtemp(join(tmpdir(), 'state-'));
    cleanups.push(
      () => assembly.remove(),
      () => rm(dataDirectory, { recursive: true, force: true }),
    );
    return async (fresh = false) => {
      const clock = new StackClock(pace);
      const stack = await runStack({ assembly: assembly.directory, dataDirectory, fresh, clock, calm: true });
      cleanups.push(() => stack.stop());
      return stack;
    };
  }

  const secretOf = async (stack: LocalStack) => (await ask(stack.functionUrl('echo'), '/')).body;
  const writesOf = ({ events }: LocalStack) =>
    events.ofKind('api-call').filter(({ action }) => action === 'PutObject').length;

  test('keeps objects and secrets, and uploads nothing that has not changed', async () => {
    const start = await restartable();
    const first = await start();
    const secretValue = await secretOf(first);
    expect(secretValue).toHaveLength(40);
    await first.stop();
    const second = await start();
    expect(writesOf(second)).toBe(0);
    expect((await ask(second.siteUrl, '/public/index.html')).body).toBe('first');
    expect(await secretOf(second)).toBe(secretValue);
  });

  test('does not go back in time', async () => {
    // Kept is how far the clock is ahead of the machine's, which is a fixed number only where time flows.
    const start = await restartable('flowing');
    const first = await start();
    first.clock.advance(3_600_000);
    await first.stop();
    expect((await start()).clock.offset).toBe(3_600_000);
    expect((await start(true)).clock.offset).toBe(0);
  });

  test('forgets both when it is to be fresh', async () => {
    const start = await restartable();
    const first = await start();
    const secretValue = await secretOf(first);
    await first.stop();
    const second = await start(true);
    expect(writesOf(second)).toBe(1);
    expect(await secretOf(second)).not.toBe(secretValue);
  });
});

describe('what cannot run', () => {
  test('a mapping whose role may not take the messages', async () => {
    const Jobs = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };
    const Mapping = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, FunctionName: { Ref: 'Echo' } },
    };
    expect(
      await failureOf({
        resources: { ...MINIMAL_SITE, ...secret, ...echo, Jobs, Mapping },
        assets: { echo: echoCode },
      }),
    ).toMatch(
      /^cannot create Mapping .* may not take messages of the queue: .* not authorized to perform: sqs:ReceiveMessage/,
    );
  });

  test('a function that is not Node.js', async () => {
    const Fn = {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'python3.13', Handler: 'index.handler', Code: { S3Bucket: 'b', S3Key: 'k' } },
    };
    expect(await failureOf({ resources: { ...MINIMAL_SITE, Fn } })).toBe(
      "cannot create Fn (AWS::Lambda::Function) on this machine: its runtime must be Node.js, got 'python3.13'",
    );
  });

  test('a port in use, named with its purpose and its flag', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    cleanups.push(() => new Promise((resolve) => other.close(resolve)));
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = (purpose: string, flag: string) => ({ port, purpose, flag });
    const resources = { ...MINIMAL_SITE, ...secret, ...echo };
    const failure = (ports: RunStackOptions['ports']) =>
      failureOf({ resources, assets: { echo: echoCode } }, { ports });
    expect(await failure({ distribution: taken('the site', '--port') })).toBe(
      `port ${port} for the site is in use; stop what uses it or choose another with --port <number>`,
    );
    expect(await failure({ functionUrls: { ECHO: taken('the echo', '--echo-port') } })).toBe(
      `port ${port} for the echo is in use; stop what uses it or choose another with --echo-port <number>`,
    );
    expect(await failure({ functionUrls: { other: taken('the other', '--other-port') } })).toBe('it runs');
  });

  test('a stack that is refused leaves nothing running', async () => {
    const servers = () => process.getActiveResourcesInfo().filter((kind) => /^TCPServer|Worker/.test(kind)).length;
    // A server that was closed is gone by the next turn.
    await turn();
    const before = servers();
    const Fn = { Type: 'AWS::SNS::Topic' };
    expect(await failureOf({ resources: { ...MINIMAL_SITE, Fn } })).toContain('AWS::SNS::Topic');
    await turn();
    expect(servers()).toBeLessThanOrEqual(before);
  });
});
