import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, type Queues } from './subject.ts';

export function describeDeadLetters(queues: () => Queues): void {
  describe('dead letters', () => {
    test.each(['standard', 'FIFO'])('leave a %s queue after as many receives as it allows', async (type) => {
      const create = (attributes = {}) =>
        type === 'FIFO' ? queues().createFifo(attributes) : queues().create(attributes);
      const dead = await create();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
      const queue = await create({ VisibilityTimeout: '30', RedrivePolicy });
      await queue.send('poison', type === 'FIFO' ? { MessageGroupId: 'A', MessageDeduplicationId: 'id' } : {});
      for (const count of ['1', '2', '3']) {
        expect((await queue.receiveOne()).Attributes?.ApproximateReceiveCount).toBe(count);
        queues().advanceSeconds(31);
      }

      expect(await queue.receive()).toEqual([]);
      const letter = await dead.receiveOne();
      expect(letter.Body).toBe('poison');
      expect(letter.Attributes).toMatchObject({ DeadLetterQueueSourceArn: queue.arn });
      if (type === 'FIFO') {
        expect(letter.Attributes).toMatchObject({ MessageGroupId: 'A', MessageDeduplicationId: 'id' });
      }
    });

    test.each([
      ['standard', 'goes on', []],
      ['FIFO', 'begins anew', ['poison']],
    ])('of a %s queue are kept for a time that %s', async (type, _, expected) => {
      const create = (attributes = {}) =>
        type === 'FIFO' ? queues().createFifo(attributes) : queues().create(attributes);
      const dead = await create({ MessageRetentionPeriod: '600' });
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
      const queue = await create({ VisibilityTimeout: '300', RedrivePolicy });
      await queue.send('poison', type === 'FIFO' ? { MessageGroupId: 'A', MessageDeduplicationId: 'id' } : {});
      await queue.receiveOne();
      queues().advanceSeconds(300);
      expect(await queue.receive()).toEqual([]);
      queues().advanceSeconds(300);

      expect(await dead.receiveBodies()).toEqual(expected);
    });

    test('wake who waits for them', async () => {
      const dead = await queues().create();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
      const queue = await queues().create({ VisibilityTimeout: '30', RedrivePolicy });
      await queue.send('poison');
      const message = await queue.receiveOne();
      const waiting = dead.receiveBodies({ WaitTimeSeconds: 20 });
      await queues().untilReceivesWait(dead);
      await queue.hideFor(0, message);
      expect(await queue.receive()).toEqual([]);

      expect(await waiting).toEqual(['poison']);
    });

    test('let the next message of their group pass', async () => {
      const dead = await queues().createFifo();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
      const queue = await queues().createFifo({ VisibilityTimeout: '30', RedrivePolicy });
      await queue.sendTo('A', 'poison');
      await queue.sendTo('A', 'next');
      expect((await queue.receiveOne()).Body).toBe('poison');
      queues().advanceSeconds(31);

      expect(await queue.receiveBodies()).toEqual(['next']);
      expect(await dead.receiveBodies()).toEqual(['poison']);
    });

    test('need a queue that exists and is of the same type', async () => {
      const { subject } = queues();
      const standard = await queues().create();
      const policy = (deadLetterTargetArn: string, maxReceiveCount: number) => ({
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
      });

      await expect(subject.createQueue('s.fifo', { FifoQueue: 'true', ...policy(standard.arn, 3) })).rejects.toThrow(
        'same type',
      );
      await expect(subject.createQueue('s', policy(`${standard.arn}x`, 3))).rejects.toThrow('does not exist');
      await expect(subject.createQueue('s', policy(standard.arn, 0))).rejects.toThrow('maxReceiveCount');
      const command = new CreateQueueCommand({ QueueName: 's', Attributes: policy(standard.arn, 1001) });
      expect(await outcomeOf(queues().client.send(command))).toBe('InvalidParameterValue');
    });
  });
}
