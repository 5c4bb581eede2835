import { setImmediate as turn } from 'node:timers/promises';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import {
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../../../lib/local/lambda/event-source-mapping.ts';
import type { LambdaFunctionOptions } from '../../../lib/local/lambda/function-options.ts';
import { startObjectAndQueueServices } from '../../../lib/local/object-and-queue-services.ts';
import { eventsOf } from '../../support/events.ts';
import { passUntil, untilAsleep } from '../../support/passing-time.ts';
import { localFunction } from './local-function.ts';

const VISIBILITY_SECONDS = 60;

interface MappingSetup {
  readonly fifo?: boolean;
  readonly mapping?: Partial<EventSourceMappingOptions>;
  readonly lambda?: Partial<LambdaFunctionOptions>;
}

/** A queue, and a function that is fed from it once `start` is called, on a clock that stands. */
async function queueWithFunction({ fifo = true, mapping, lambda }: MappingSetup = {}) {
  const clock = new StackClock('standing');
  const services = await startObjectAndQueueServices({ clock });
  onTestFinished(() => services.stop());
  const name = `queue${fifo ? '.fifo' : ''}`;
  const fifoAttributes: Record<string, string> = fifo ? { FifoQueue: 'true' } : {};
  const { url: QueueUrl, arn: queueArn } = await services.createQueue(name, {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    ...fifoAttributes,
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sqs = new SQSClient({ endpoint: services.url, region: 'us-east-1', credentials });
  onTestFinished(() => sqs.destroy());
  const target = localFunction('index.consume', { clock, ...lambda });
  return {
    ...target,
    async send(body: string, group = 'group') {
      const ids = fifo ? { MessageGroupId: group, MessageDeduplicationId: `${body}-${group}` } : {};
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...ids }));
    },
    async sendAll(bodies: readonly string[]) {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody, DelaySeconds: 0 }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    start() {
      const started = startEventSourceMapping({
        function: target.lambda,
        source: services.messagesOf(name),
        queueArn,
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
    /** The first so many ends of batches. */
    jobs: (count: number) => eventsOf(target.events, 'job', { count }),
    /** The records of the first so many batches, as the function saw them. */
    async batches(count: number) {
      const lines = await eventsOf(target.events, 'log', { count, where: ({ line }) => line.includes('\tbatch ') });
      return lines.map(({ line }) => JSON.parse(line.split('\tbatch ')[1] ?? ''));
    },
    left(): number {
      const [{ waiting, inFlight } = { waiting: 0, inFlight: 0 }] = services.queueDepths();
      return waiting + inFlight;
    },
  };
}

test('invokes the function with the event that Lambda makes of a message, and deletes the message', async () => {
  const { start, send, jobs, batches, left } = await queueWithFunction();
  start();
  await send('hello', 'page-1');
  expect(await jobs(1)).toMatchObject([{ queueName: 'queue.fifo', messages: 1, failures: 0 }]);
  expect(await batches(1)).toEqual([
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
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:queue.fifo',
        awsRegion: 'us-east-1',
      },
    ],
  ]);
  expect(left()).toBe(0);
});

test('wakes up for a message at once, although each poll lasts 20 seconds', async () => {
  const { clock, start, send, jobs } = await queueWithFunction();
  start();
  await send('first', 'a');
  await jobs(1);
  const sentAt = clock.now();
  await send('second', 'b');
  await jobs(2);
  expect(clock.now()).toBe(sentAt);
});

test('polls again when a poll has ended without a message', async () => {
  const { clock, start, send, jobs } = await queueWithFunction();
  start();
  for (let poll = 0; poll < 3; poll++) {
    clock.advance(20_000);
    await turn();
  }
  await send('late');
  expect(await jobs(1)).toMatchObject([{ messages: 1, failures: 0 }]);
});

test('holds a message from its receipt until it is deleted', async () => {
  const { clock, start, send, jobs } = await queueWithFunction();
  const mapping = start();
  expect(mapping.holding).toBe(0);
  await send('sleep');
  await untilAsleep(clock, 1);
  expect(mapping.holding).toBe(1);
  clock.advance(1000);
  await jobs(1);
  expect(mapping.holding).toBe(0);
});

test('keeps the messages that the function reports as failed, and delivers them again', async () => {
  const { clock, start, sendAll, jobs, batches, left } = await queueWithFunction({ fifo: false });
  await sendAll(['one', 'fail', 'three']);
  start();
  expect(await jobs(1)).toMatchObject([{ messages: 3, failures: 1 }]);
  expect(left()).toBe(1);
  clock.advance(VISIBILITY_SECONDS * 1000);
  const [, again] = await batches(2);
  expect(again).toMatchObject([{ body: 'fail', attributes: { ApproximateReceiveCount: '2' } }]);
});

test.each([
  { body: 'throw', why: 'the function throws' },
  { body: 'unknown id', why: 'the function reports a message that is not in the batch' },
])('keeps the whole batch when $why', async ({ body }) => {
  const { start, sendAll, jobs, left } = await queueWithFunction({ fifo: false });
  await sendAll(['one', body]);
  start();
  expect(await jobs(1)).toMatchObject([{ messages: 2, failures: 2 }]);
  expect(left()).toBe(2);
});

test('ignores reported failures when the mapping does not ask for them', async () => {
  const mapping = { reportBatchItemFailures: false };
  const { start, sendAll, jobs, left } = await queueWithFunction({ fifo: false, mapping });
  await sendAll(['one', 'fail']);
  start();
  expect(await jobs(1)).toMatchObject([{ messages: 2, failures: 0 }]);
  expect(left()).toBe(0);
});

test('keeps the messages while Lambda is down', async () => {
  const { clock, lambda, start, send, jobs, left } = await queueWithFunction();
  lambda.failWith(new Error('down'));
  start();
  await send('patient');
  expect(await jobs(1)).toMatchObject([{ messages: 1, failures: 1 }]);
  expect(left()).toBe(1);
  lambda.failWith();
  clock.advance(VISIBILITY_SECONDS * 1000);
  expect((await jobs(2)).at(-1)).toMatchObject({ messages: 1, failures: 0 });
  expect(left()).toBe(0);
});

test('asks again only after a pause while Lambda is down', async () => {
  const { clock, lambda, start, send, jobs } = await queueWithFunction();
  lambda.failWith(new Error('down'));
  start();
  await send('one', 'a');
  await jobs(1);
  await untilAsleep(clock, 1);
  await send('two', 'b');
  lambda.failWith();
  clock.advance(250);
  expect((await jobs(2)).at(-1)).toMatchObject({ messages: 1, failures: 0 });
});

test('gathers a batch for as long as the batch window', async () => {
  const target = await queueWithFunction({ fifo: false, mapping: { batchWindowSeconds: 5 } });
  const { clock, start, send, batches } = target;
  const startedAt = clock.now();
  start();
  await send('one');
  clock.advance(4000);
  await send('two');
  await send('three');
  const [batch] = await passUntil(target, batches(1));
  expect(batch).toHaveLength(3);
  expect(clock.now() - startedAt).toBe(5000);
});

test('does not wait for the end of the window when the batch is full', async () => {
  const mapping = { batchWindowSeconds: 5, batchSize: 2 };
  const { start, sendAll, batches } = await queueWithFunction({ fifo: false, mapping });
  start();
  await sendAll(['one', 'two', 'three']);
  expect((await batches(1))[0]).toHaveLength(2);
});

test('runs no more batches at once than its maximum concurrency', async () => {
  const mapping = { maximumConcurrency: 2, batchSize: 1 };
  const { lambda, start, sendAll, jobs } = await queueWithFunction({ fifo: false, mapping });
  await sendAll(Array.from({ length: 10 }, (_, index) => `message ${index}`));
  start();
  expect(await jobs(10)).toHaveLength(10);
  expect(lambda.coldStarts).toBeLessThanOrEqual(2);
});

test('takes no message after it was stopped', async () => {
  const { start, send, jobs, left } = await queueWithFunction();
  const mapping = start();
  await send('before', 'a');
  await jobs(1);
  mapping.stop();
  await send('after', 'b');
  expect(left()).toBe(1);
  expect(await jobs(1)).toHaveLength(1);
});
