// On the clock that `isr local` gives its users: it runs with the machine's, and can be moved.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { runStack } from '../../../lib/local/stack/index.ts';
import { eventsOf } from '../../support/events.ts';
import { writeAssembly } from './assembly-fixture.ts';
import { WORKER_FIXTURE } from './worker-fixture.ts';

test('a move of the clock wakes a function that sleeps, and the stack settles', async () => {
  const assembly = await writeAssembly(WORKER_FIXTURE);
  onTestFinished(() => assembly.remove());
  const stack = await runStack({ assembly: assembly.directory });
  onTestFinished(() => stack.stop());
  expect(stack.clock.pace).toBe('flowing');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sqs = new SQSClient({ endpoint: stack.endpoints.AWS_ENDPOINT_URL_SQS, region: 'us-east-1', credentials });
  onTestFinished(() => sqs.destroy());

  await sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls.get('jobs'), MessageBody: 'work' }));
  await eventsOf(stack.events, 'log', { where: ({ line }) => line.includes('asleep') });
  stack.clock.advance(60_000);
  await stack.settled();
  expect(stack.events.ofKind('job')).toMatchObject([{ messages: 1, failures: 0 }]);
});
