import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { type LocalStack, runStack } from '../../../lib/local/stack/index.ts';
import { passUntil, untilAsleep } from '../../support/passing-time.ts';
import { type AssemblyFixture, writeAssembly } from './assembly-fixture.ts';
import { WORKER_FIXTURE } from './worker-fixture.ts';

let assembly: AssemblyFixture;
let stack: LocalStack;
let sqs: SQSClient;

beforeAll(async () => {
  assembly = await writeAssembly(WORKER_FIXTURE);
  stack = await runStack({ assembly: assembly.directory, clock: new StackClock('standing'), calm: true });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  sqs = new SQSClient({ endpoint: stack.endpoints.AWS_ENDPOINT_URL_SQS, region: 'us-east-1', credentials });
});

afterAll(async () => {
  sqs?.destroy();
  await stack?.stop();
  await assembly?.remove();
});

const send = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls.get('jobs'), MessageBody }));
const jobs = () => stack.events.ofKind('job');

test('a stack that was asked nothing has settled', async () => {
  await stack.settled();
});

test('it settles when what a message started has ended, and no sooner', async () => {
  const begun = stack.clock.now();
  await send('work');
  await passUntil(stack, stack.settled());
  expect(jobs()).toMatchObject([{ messages: 1, failures: 0 }]);
  expect(stack.clock.now() - begun).toBe(60_000);
});

test('messages that wait for another try do not keep it from settling', async () => {
  await send('fail');
  await passUntil(stack, stack.settled());
  expect(jobs().at(-1)).toMatchObject({ messages: 1, failures: 1 });
  const failed = jobs().length;
  stack.clock.advance(300_000);
  await passUntil(stack, stack.settled());
  expect(jobs()).toHaveLength(failed + 1);
});

test('whoever waits in vain is told what still works, and who sleeps', async () => {
  await send('work');
  await untilAsleep(stack.clock, 1);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const settled = stack.settled();
  vi.advanceTimersByTime(300_000);
  vi.useRealTimers();
  const until = new Date(stack.clock.now() + 60_000).toISOString();
  await expect(settled).rejects.toThrow(
    `the stack has not settled in 5 minutes: 1 invocations of worker, 1 messages of jobs in hand; asleep: worker until ${until}, on a standing clock`,
  );
  await passUntil(stack, stack.settled());
});
