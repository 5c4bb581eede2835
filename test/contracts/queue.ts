import { afterAll, beforeAll, describe } from 'vitest';
import { describeDeadLetters } from './queue/dead-letters.ts';
import { describeDelivery } from './queue/delivery.ts';
import { describeFifo } from './queue/fifo.ts';
import { describeMessages } from './queue/messages.ts';
import { describeQueues } from './queue/queues.ts';
import { type QueueFactory, type QueueSubject, Queues } from './queue/subject.ts';

/** What the stack relies on in SQS. Time is moved, not waited for. */
export function describeQueue(name: string, factory: QueueFactory): void {
  describe(`queue: ${name}`, () => {
    let subject: QueueSubject;
    let queues: Queues;

    beforeAll(async () => {
      subject = await factory();
      queues = new Queues(subject);
    });
    afterAll(async () => {
      queues.client.destroy();
      await subject.stop();
    });

    describeQueues(() => queues);
    describeMessages(() => queues);
    describeDeadLetters(() => queues);
    describeDelivery(() => queues);
    describeFifo(() => queues);
  });
}
