import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import {
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../../../lib/local/lambda/event-source-mapping.ts';
import type { LambdaFunctionOptions } from '../../../lib/local/lambda/function.ts';
import {
  type ObjectAndQueueServices,
  startObjectAndQueueServices,
} from '../../../lib/local/object-and-queue-services.ts';
import { localFunction } from './local-function.ts';

let services: ObjectAndQueueServices;
let endpoint: string;
let sqs: SQSClient;
let queues = 0;

beforeAll(async () => {
  services = await startObjectAndQueueServices({ clock: new StackClock() });
  endpoint = services.url;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  sqs = new SQSClient({ endpoint, region: 'eu-west-1', credentials, useQueueUrlAsEndpoint: false });
});

afterAll(async () => {
  sqs.destroy();
  await services.stop();
});

interface MappingSetup {
  readonly fifo?: boolean;
  readonly visibilitySeconds?: number;
  readonly mapping?: Partial<EventSourceMappingOptions>;
  readonly lambda?: Partial<LambdaFunctionOptions>;
}

/** A queue, and a function that is fed from it once `start` is called. */
async function queueWithFunction({ fifo = true, visibilitySeconds = 60, mapping, lambda }: MappingSetup = {}) {
  queues += 1;
  const QueueName = `queue-${queues}${fifo ? '.fifo' : ''}`;
  const Attributes: Record<string, string> = { VisibilityTimeout: String(visibilitySeconds) };
  if (fifo) Object.assign(Attributes, { FifoQueue: 'true' });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const target = localFunction('index.consume', { clock: new StackClock(), ...lambda });
  return {
    ...target,
    async send(body: string, group = 'group') {
      const ids = fifo
        ? { MessageGroupId: group, MessageDeduplicationId: `${body}-${group}`.replaceAll(' ', '-') }
        : {};
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...ids }));
    },
    async sendAll(bodies: readonly string[]) {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody, DelaySeconds: 0 }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    start() {
      const started = startEventSourceMapping({
        function: target.lambda,
        queueUrl: QueueUrl,
        queueArn: `arn:aws:sqs:eu-west-1:000000000000:${QueueName}`,
        endpoint,
        fifo,
        batchSize: 10,
        maximumConcurrency: 1,
        reportBatchItemFailures: true,
        onEvent: target.events.add,
        ...mapping,
      });
      onTestFinished(() => started.stop());
      return started;
    },
    jobs: () => target.events.ofKind('job'),
    /** The records of each batch, as the function saw them. */
    batches: () =>
      target.logLines().flatMap((line) => {
        const records = line.split('\tbatch ')[1];
        return records === undefined ? [] : [JSON.parse(records)];
      }),
    async left(): Promise<number> {
      const AttributeNames = ['All' as const];
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
      return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    },
  };
}

test('invokes the function with the event that Lambda makes of a message, and deletes the message', async () => {
  const { start, send, jobs, batches, left } = await queueWithFunction();
  start();
  await send('hello', 'page-1');
  await vi.waitFor(() => expect(jobs()).toMatchObject([{ queueName: 'queue-1.fifo', messages: 1, failures: 0 }]));
  expect(batches()).toEqual([
    [
      {
        messageId: expect.any(String),
        receiptHandle: expect.any(String),
        body: 'hello',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          MessageGroupId: 'page-1',
          MessageDeduplicationId: 'hello-page-1',
          SequenceNumber: expect.any(String),
          SentTimestamp: expect.any(String),
        }),
        messageAttributes: {},
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:queue-1.fifo',
        awsRegion: 'eu-west-1',
      },
    ],
  ]);
  expect(await left()).toBe(0);
});

test('wakes up for a message at once, although each poll lasts 20 seconds', async () => {
  const { start, send, jobs } = await queueWithFunction();
  start();
  await send('warm up', 'a');
  await vi.waitFor(() => expect(jobs()).toHaveLength(1));
  const sentAt = performance.now();
  await send('in time', 'b');
  await vi.waitFor(() => expect(jobs()).toHaveLength(2), { interval: 5 });
  expect(performance.now() - sentAt).toBeLessThan(1000);
});

test('keeps the messages that the function reports as failed, and delivers them again', async () => {
  const { start, sendAll, jobs, batches, left } = await queueWithFunction({ fifo: false, visibilitySeconds: 1 });
  await sendAll(['one', 'fail', 'three']);
  start();
  await vi.waitFor(() => expect(jobs().at(-1)).toMatchObject({ messages: 3, failures: 1 }));
  expect(await left()).toBe(1);
  await vi.waitFor(() => expect(batches()).toHaveLength(2), { timeout: 3000 });
  expect(batches()[1]).toMatchObject([{ body: 'fail', attributes: { ApproximateReceiveCount: '2' } }]);
});

test.each([
  { body: 'throw', why: 'the function throws' },
  { body: 'unknown id', why: 'the function reports a message that is not in the batch' },
])('keeps the whole batch when $why', async ({ body }) => {
  const { start, sendAll, jobs, left } = await queueWithFunction({ fifo: false });
  await sendAll(['one', body]);
  start();
  await vi.waitFor(() => expect(jobs()).toMatchObject([{ messages: 2, failures: 2 }]));
  expect(await left()).toBe(2);
});

test('ignores reported failures when the mapping does not ask for them', async () => {
  const mapping = { reportBatchItemFailures: false };
  const { start, sendAll, jobs, left } = await queueWithFunction({ fifo: false, mapping });
  await sendAll(['one', 'fail']);
  start();
  await vi.waitFor(() => expect(jobs()).toMatchObject([{ messages: 2, failures: 0 }]));
  expect(await left()).toBe(0);
});

test('keeps the messages while Lambda is down', async () => {
  const { lambda, start, send, jobs, left } = await queueWithFunction({ visibilitySeconds: 1 });
  lambda.failWith(new Error('down'));
  start();
  await send('patient');
  await vi.waitFor(() => expect(jobs()).toMatchObject([{ messages: 1, failures: 1 }]));
  lambda.failWith();
  await vi.waitFor(() => expect(jobs().at(-1)).toMatchObject({ messages: 1, failures: 0 }), { timeout: 4000 });
  expect(await left()).toBe(0);
});

test('gathers a batch for as long as the batch window', async () => {
  const { start, send, batches } = await queueWithFunction({ fifo: false, mapping: { batchWindowSeconds: 1 } });
  start();
  await send('one');
  await send('two');
  await send('three');
  await vi.waitFor(() => expect(batches()).toHaveLength(1), { timeout: 4000 });
  expect(batches()[0]).toHaveLength(3);
});

test('runs no more batches at once than its maximum concurrency', async () => {
  const mapping = { maximumConcurrency: 2, batchSize: 1 };
  const { lambda, start, sendAll, jobs } = await queueWithFunction({ fifo: false, mapping });
  await sendAll(Array.from({ length: 10 }, (_, index) => `message ${index}`));
  start();
  await vi.waitFor(() => expect(jobs()).toHaveLength(10));
  expect(lambda.coldStarts).toBeLessThanOrEqual(2);
});

test('takes no message after it was stopped', async () => {
  const { start, send, jobs, left } = await queueWithFunction();
  const mapping = start();
  await send('before', 'a');
  await vi.waitFor(() => expect(jobs()).toHaveLength(1));
  await mapping.stop();
  await send('after', 'b');
  expect(await left()).toBe(1);
  expect(jobs()).toHaveLength(1);
});
