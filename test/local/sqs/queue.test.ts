import { startObjectAndQueueServices } from '../../../lib/local/object-and-queue-services.ts';
import { CREDENTIALS } from '../../contracts/credentials.ts';
import { describeQueue } from '../../contracts/queue.ts';
import { standingClock, untilReceivesWait } from '../started-services.ts';

describeQueue('local', async () => {
  const clock = standingClock();
  const services = await startObjectAndQueueServices({ clock, credentials: CREDENTIALS });
  return {
    endpoint: services.url,
    createQueue: (name, attributes) => services.createQueue(name, attributes),
    advance: (milliseconds) => clock.advance(milliseconds),
    untilReceivesWait: (queueUrl, count) => untilReceivesWait(services, queueUrl, count),
    stop: () => services.stop(),
  };
});
