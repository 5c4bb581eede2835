import { StackClock } from '../../../lib/local/clock.ts';
import { startObjectAndQueueServer } from '../../../lib/local/s3-sqs/server.ts';
import { CREDENTIALS } from '../../contracts/credentials.ts';
import { describeQueue } from '../../contracts/queue.ts';

describeQueue('local', async () => {
  const clock = new StackClock();
  const server = await startObjectAndQueueServer({ clock, credentials: CREDENTIALS });
  return {
    endpoint: server.url,
    createQueue: (name, attributes) => server.createQueue(name, attributes),
    advance: (milliseconds) => clock.advance(milliseconds),
    stop: () => server.stop(),
  };
});
