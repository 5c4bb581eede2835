import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsClient, createAwsClient } from '../../lib/aws/client.ts';
import { createJobQueue } from '../../lib/aws/job-queue.ts';
import { createLaterInvalidator, createQueuedPurger, waitingPurge } from '../../lib/aws/purge-queue.ts';
import { postponeMessage } from '../../lib/aws/sqs.ts';
import { StackClock } from '../../lib/local/clock.ts';
import { type ObjectAndQueueServices, startObjectAndQueueServices } from '../../lib/local/object-and-queue-services.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { keyOf } from '../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const clock = new StackClock();
let server: ObjectAndQueueServices;
let aws: AwsClient;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  server = await startObjectAndQueueServices({ clock, credentials: CREDENTIALS });
  aws = createAwsClient({ region: 'us-east-1', endpoints: { sqs: server.url } });
});
afterAll(() => server.stop());

async function jobsQueue(): Promise<string> {
  const { url } = await server.createQueue(`jobs-${randomUUID()}.fifo`, { FifoQueue: 'true', VisibilityTimeout: '60' });
  return url;
}

interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

async function receive(QueueUrl: string): Promise<Received[]> {
  const response = await aws({
    service: 'sqs',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
    body: JSON.stringify({ QueueUrl, MaxNumberOfMessages: 10 }),
  });
  const { Messages = [] } = JSON.parse(response.body.toString()) as { readonly Messages?: Received[] };
  return Messages;
}

test('many requests for one version of a page are one job', async () => {
  const url = await jobsQueue();
  const jobs = createJobQueue(aws, url, DEPLOYMENT);
  await Promise.all(Array.from({ length: 20 }, () => jobs.requestRegeneration(keyOf('/a'), 'v1')));
  const messages = await receive(url);
  expect(messages.map(({ Body }) => JSON.parse(Body))).toEqual([
    { pageKey: '/a/index.html', deploymentId: DEPLOYMENT, version: 'v1' },
  ]);
});

test('the next version of a page is a job of its own, also within the 5 minutes that SQS remembers', async () => {
  const url = await jobsQueue();
  const jobs = createJobQueue(aws, url, DEPLOYMENT);
  await jobs.requestRegeneration(keyOf('/a'), 'v1');
  await jobs.requestRegeneration(keyOf('/a'), 'v2');
  expect(await receive(url)).toHaveLength(2);
});

test('jobs of one page wait for each other, those of others do not', async () => {
  const url = await jobsQueue();
  const jobs = createJobQueue(aws, url, DEPLOYMENT);
  await jobs.requestRegeneration(keyOf('/a'), 'v1');
  expect(await receive(url)).toHaveLength(1);
  await jobs.requestRegeneration(keyOf('/a'), 'v2');
  await jobs.requestRegeneration(keyOf('/b'), 'v1');
  expect((await receive(url)).map(({ Body }) => JSON.parse(Body).pageKey)).toEqual(['/b/index.html']);
});

test('a postponed message comes back after that time, not before', async () => {
  const url = await jobsQueue();
  await createJobQueue(aws, url, DEPLOYMENT).requestRegeneration(keyOf('/a'), 'v1');
  const [message] = await receive(url);
  await postponeMessage(aws, url, message?.ReceiptHandle ?? '', 30);
  clock.advance(29_000);
  expect(await receive(url)).toHaveLength(0);
  clock.advance(2000);
  expect(await receive(url)).toHaveLength(1);
});

test('a page key of any length and script makes a valid group', async () => {
  const url = await jobsQueue();
  await createJobQueue(aws, url, DEPLOYMENT).requestRegeneration(keyOf(`/${'é'.repeat(150)}`), 'v1');
  expect(await receive(url)).toHaveLength(1);
});

test('what has to be purged is queued', async () => {
  const { url } = await server.createQueue(`purges-${randomUUID()}`, {});
  expect(await createQueuedPurger(aws, url).purge(['#path:/a', '/b/*'])).toEqual({ outcome: 'queued' });
  expect((await receive(url)).map(({ Body }) => JSON.parse(Body))).toEqual([{ items: ['#path:/a', '/b/*'] }]);
});

describe('a revalidation that is put off', () => {
  const NOTHING = { pages: [], tags: [], prefixes: [], all: false };

  test('comes when its time has come, with what the ledger has to note and what has to be purged', async () => {
    const { url } = await server.createQueue(`purges-${randomUUID()}`, {});
    const revalidation = { ...NOTHING, pages: [keyOf('/a')], tags: ['x'] };
    await createLaterInvalidator(aws, url, DEPLOYMENT)(revalidation, 60);
    clock.advance(59_000);
    expect(await receive(url)).toHaveLength(0);
    clock.advance(2000);
    const purges = (await receive(url)).map(({ Body = '' }) => waitingPurge(Body, 'receipt'));
    expect(purges.flatMap((purge) => purge?.entries)).toEqual(['path:/a', 'tag:x']);
    expect(purges.flatMap((purge) => purge?.items)).toContain('#tag:x');
  });

  test('may name more than fits into one message', async () => {
    const { url } = await server.createQueue(`purges-${randomUUID()}`, {});
    const tags = Array.from({ length: 1200 }, (_, i) => `tag-${i}`);
    await createLaterInvalidator(aws, url, DEPLOYMENT)({ ...NOTHING, tags }, 0);
    const purges = (await receive(url)).map(({ Body = '' }) => waitingPurge(Body, 'receipt'));
    expect(purges).toHaveLength(3);
    expect(purges.flatMap((purge) => purge?.entries).toSorted()).toEqual(tags.map((tag) => `tag:${tag}`).toSorted());
  });

  test('is measured in bytes, of which a character may have three', async () => {
    const { url } = await server.createQueue(`purges-${randomUUID()}`, {});
    await createLaterInvalidator(aws, url, DEPLOYMENT)({ ...NOTHING, tags: ['テ'.repeat(600_000)] }, 0);
    expect((await receive(url)).map(({ Body = '' }) => waitingPurge(Body, 'r')?.items)).toEqual([['/*']]);
  });

  test('may name a tag with characters that SQS does not take', async () => {
    const { url } = await server.createQueue(`purges-${randomUUID()}`, {});
    const tag = 'a\u0000b\ufffec\uffffd';
    await createLaterInvalidator(aws, url, DEPLOYMENT)({ ...NOTHING, tags: [tag] }, 0);
    expect((await receive(url)).flatMap(({ Body = '' }) => waitingPurge(Body, 'r')?.entries)).toEqual([`tag:${tag}`]);
  });

  test('is of everything where one name is larger than a message', async () => {
    const { url } = await server.createQueue(`purges-${randomUUID()}`, {});
    await createLaterInvalidator(aws, url, DEPLOYMENT)({ ...NOTHING, tags: ['x'.repeat(2_000_000)] }, 0);
    expect((await receive(url)).map(({ Body = '' }) => waitingPurge(Body, 'r')?.items)).toEqual([['/*']]);
  });
});

test('a queue that does not exist is an error that names it and the remedy', async () => {
  const jobs = createJobQueue(aws, `${server.url}/000000000000/none.fifo`, DEPLOYMENT);
  await expect(jobs.requestRegeneration(keyOf('/a'), 'v1')).rejects.toThrow(
    /cannot SendMessage on '.*none\.fifo': sqs answered 400 .*; check that the function's role may do that/,
  );
});
