import { StackClock } from '../../../lib/local/clock.ts';
import { startObjectAndQueueServices } from '../../../lib/local/object-and-queue-services.ts';
import { CREDENTIALS } from '../../contracts/credentials.ts';
import { describeQueue } from '../../contracts/queue.ts';

describeQueue('local', async () => {
  const clock = new StackClock();
  const server = await startObjectAndQueueServices({ clock, credentials: CREDENTIALS });
  return {
    endpoint: server.url,
    createQueue: (name, attributes) => server.createQueue(name, attributes),
    advance: (milliseconds) => clock.advance(milliseconds),
    stop: () => server.stop(),
  };
});
