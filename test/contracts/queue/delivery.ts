import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, type Queues } from './subject.ts';

const UNKNOWN_HANDLE = 'garbage';

export function describeDelivery(queues: () => Queues): void {
  describe('visibility', () => {
    test('ends with the timeout of the queue, and counts receives', async () => {
      const queue = await queues().create({ VisibilityTimeout: '30' });
      await queue.send('x');
      await queue.receiveOne();

      queues().advanceSeconds(29);
      expect(await queue.receive()).toEqual([]);
      queues().advanceSeconds(2);
      expect((await queue.receiveOne()).Attributes?.ApproximateReceiveCount).toBe('2');
    });

    test('ends with the timeout of the receive', async () => {
      const queue = await queues().create();
      await queue.send('x');
      await queue.receiveOne({ VisibilityTimeout: 120 });

      queues().advanceSeconds(119);
      expect(await queue.receive()).toEqual([]);
      queues().advanceSeconds(2);
      expect(await queue.receiveBodies()).toEqual(['x']);
    });

    test('is extended, and given up at once', async () => {
      const queue = await queues().create({ VisibilityTimeout: '30' });
      await queue.send('x');
      const message = await queue.receiveOne();
      await queue.hideFor(100, message);

      queues().advanceSeconds(99);
      expect(await queue.receive()).toEqual([]);
      await queue.hideFor(0, message);
      expect(await queue.receiveBodies()).toEqual(['x']);
    });

    test('of a message that came back is not extended', async () => {
      const queue = await queues().create({ VisibilityTimeout: '30' });
      await queue.send('x');
      const message = await queue.receiveOne();
      queues().advanceSeconds(31);

      expect(await outcomeOf(queue.hideFor(100, message))).toBe('MessageNotInflight');
      expect(await queue.receiveBodies()).toEqual(['x']);
    });

    test('of zero gives the message once per receive', async () => {
      const queue = await queues().createFifo();
      await queue.sendTo('A', 'x');

      expect(await queue.receiveBodies({ VisibilityTimeout: 0 })).toEqual(['x']);
      expect(await queue.receiveBodies({ VisibilityTimeout: 0 })).toEqual(['x']);
    });
  });

  describe('deletion', () => {
    test('of a batch reports each entry', async () => {
      const queue = await queues().create();
      await queue.send('x');
      const { ReceiptHandle } = await queue.receiveOne();

      const { Successful, Failed } = await queue.client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'known', ReceiptHandle },
            { Id: 'unknown', ReceiptHandle: UNKNOWN_HANDLE },
          ],
        }),
      );

      expect(Successful?.map(({ Id }) => Id)).toEqual(['known']);
      expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['unknown', 'ReceiptHandleIsInvalid']]);
      queues().advanceSeconds(3600);
      expect(await queue.receive()).toEqual([]);
    });

    test('of a FIFO batch reports expired handles, and deletes the others', async () => {
      const queue = await queues().createFifo({ VisibilityTimeout: '30' });
      await queue.sendTo('A', 'late');
      await queue.sendTo('B', 'timely');
      const [late, timely] = await queue.receive();
      await queue.hideFor(100, timely ?? {});
      queues().advanceSeconds(31);

      const { Successful, Failed } = await queue.client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'late', ReceiptHandle: late?.ReceiptHandle },
            { Id: 'timely', ReceiptHandle: timely?.ReceiptHandle },
          ],
        }),
      );

      expect(Successful?.map(({ Id }) => Id)).toEqual(['timely']);
      expect(Failed?.map(({ Id }) => Id)).toEqual(['late']);
      queues().advanceSeconds(100);
      expect(await queue.receiveBodies()).toEqual(['late']);
    });

    test('in a standard queue takes a handle that has expired', async () => {
      const queue = await queues().create({ VisibilityTimeout: '30' });
      await queue.send('x');
      const message = await queue.receiveOne();
      queues().advanceSeconds(31);

      await queue.delete(message);

      expect(await queue.receive()).toEqual([]);
    });

    test('refuses what is no receipt handle', async () => {
      const queue = await queues().create();

      expect(await outcomeOf(queue.delete({ ReceiptHandle: UNKNOWN_HANDLE }))).toBe('ReceiptHandleIsInvalid');
      expect(await outcomeOf(queue.hideFor(5, { ReceiptHandle: UNKNOWN_HANDLE }))).toBe('ReceiptHandleIsInvalid');
    });
  });

  describe('time', () => {
    test('delays a message, or all of a queue', async () => {
      const one = await queues().create();
      const all = await queues().createFifo({ DelaySeconds: '60' });
      await one.send('x', { DelaySeconds: 60 });
      await all.sendTo('A', 'x');

      for (const queue of [one, all]) {
        expect((await queue.attributes()).ApproximateNumberOfMessagesDelayed).toBe('1');
        expect(await queue.receive()).toEqual([]);
      }
      queues().advanceSeconds(61);
      for (const queue of [one, all]) expect(await queue.receiveBodies()).toEqual(['x']);
    });

    test.each(['standard', 'FIFO'])('drops what a %s queue has kept for its retention period', async (type) => {
      const attributes = { MessageRetentionPeriod: '600' };
      const queue = await (type === 'FIFO' ? queues().createFifo(attributes) : queues().create(attributes));
      const group = type === 'FIFO' ? { MessageGroupId: 'A' } : {};
      await queue.send('old', { ...group, MessageDeduplicationId: type === 'FIFO' ? '1' : undefined });
      queues().advanceSeconds(400);
      await queue.send('new', { ...group, MessageDeduplicationId: type === 'FIFO' ? '2' : undefined });
      queues().advanceSeconds(201);

      expect(await queue.receiveBodies()).toEqual(['new']);
    });
  });

  describe('a new retention period', () => {
    test('is that of the messages that are there', async () => {
      const queue = await queues().create({ MessageRetentionPeriod: '600' });
      await queue.send('x');
      queues().advanceSeconds(300);
      const Attributes = { MessageRetentionPeriod: '1200' };
      await queue.client.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));

      queues().advanceSeconds(899);
      expect((await queue.attributes()).ApproximateNumberOfMessages).toBe('1');
      queues().advanceSeconds(1);
      expect((await queue.attributes()).ApproximateNumberOfMessages).toBe('0');
    });
  });

  describe('long polling', () => {
    test('is woken by a message', async () => {
      const queue = await queues().create();
      const waiting = queue.receiveBodies({ WaitTimeSeconds: 20 });
      await queues().untilReceivesWait(queue);
      await queue.send('x');

      expect(await waiting).toEqual(['x']);
    });

    test('is woken when the clock passes a visibility timeout or a delay', async () => {
      const hidden = await queues().createFifo({ VisibilityTimeout: '10' });
      const delayed = await queues().create();
      await hidden.sendTo('A', 'hidden');
      await hidden.receiveOne();
      await delayed.send('delayed', { DelaySeconds: 10 });
      const waiting = [hidden, delayed].map((queue) => queue.receiveBodies({ WaitTimeSeconds: 20 }));
      for (const queue of [hidden, delayed]) await queues().untilReceivesWait(queue);

      queues().advanceSeconds(10);

      expect(await Promise.all(waiting)).toEqual([['hidden'], ['delayed']]);
    });

    test('is woken when the group of a waiting message is free again', async () => {
      const queue = await queues().createFifo();
      await queue.sendTo('A', 'a1');
      await queue.sendTo('A', 'a2');
      const first = await queue.receiveOne();
      const waiting = queue.receiveBodies({ WaitTimeSeconds: 20 });
      await queues().untilReceivesWait(queue);
      await queue.delete(first);

      expect(await waiting).toEqual(['a2']);
    });

    test('leaves those asleep for whom there is nothing', async () => {
      const queue = await queues().create();
      const waiting = Array.from({ length: 3 }, () =>
        queue.receiveBodies({ WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }),
      );
      await queues().untilReceivesWait(queue, 3);
      await queue.send('x');
      expect(await Promise.race(waiting)).toEqual(['x']);
      await queues().untilReceivesWait(queue, 2);

      const Entries = ['y', 'z'].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
      await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      expect((await Promise.all(waiting)).flat().sort()).toEqual(['x', 'y', 'z']);
    });

    test('ends with nothing when the clock passes its time, and not before', async () => {
      const queue = await queues().create();
      const waiting = queue.receive({ WaitTimeSeconds: 20 });
      await queues().untilReceivesWait(queue);

      queues().advanceSeconds(19);
      await queues().untilReceivesWait(queue);
      queues().advanceSeconds(1);

      expect(await waiting).toEqual([]);
    });

    test('lasts as long as the queue says, when the receive says nothing', async () => {
      const queue = await queues().create({ ReceiveMessageWaitTimeSeconds: '5' });
      const waiting = queue.receive();
      await queues().untilReceivesWait(queue);
      queues().advanceSeconds(5);

      expect(await waiting).toEqual([]);
    });
  });

  describe('batches of visibility changes', () => {
    test('report each entry', async () => {
      const queue = await queues().create();
      await queue.send('x');
      const { ReceiptHandle } = await queue.receiveOne();
      const entry = (Id: string, handle: string | undefined) => ({ Id, ReceiptHandle: handle, VisibilityTimeout: 0 });

      const { Successful, Failed } = await queue.client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queue.url,
          Entries: [entry('known', ReceiptHandle), entry('unknown', UNKNOWN_HANDLE)],
        }),
      );

      expect([Successful?.map(({ Id }) => Id), Failed?.map(({ Id }) => Id)]).toEqual([['known'], ['unknown']]);
      expect(await queue.receiveBodies()).toEqual(['x']);
    });
  });
}
