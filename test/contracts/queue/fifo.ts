import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, type Queues, type TestedQueue } from './subject.ts';

const FIVE_MINUTES_SECONDS = 300;

export function describeFifo(queues: () => Queues): void {
  describe('order within a message group', () => {
    test('is that of sending, and a batch takes all that it can from a group', async () => {
      const queue = await queues().createFifo();
      for (const [group, body] of [...'AABACB'].map((letter, index) => [letter, `${letter}${index}`] as const)) {
        await queue.sendTo(group, body);
      }

      expect(await queue.receiveBodies()).toEqual(['A0', 'A1', 'A3', 'B2', 'B5', 'C4']);
    });

    test('locks the group while one of its messages is in flight', async () => {
      const queue = await queues().createFifo();
      await queue.sendTo('A', 'a1');
      const first = await queue.receiveOne();
      await queue.sendTo('A', 'a2');
      await queue.sendTo('B', 'b1');

      expect(await queue.receiveBodies()).toEqual(['b1']);
      await queue.delete(first);
      expect(await queue.receiveBodies()).toEqual(['a2']);
    });

    test('keeps the group locked until the last message of a batch is deleted', async () => {
      const queue = await queues().createFifo();
      await queue.sendTo('A', 'a1');
      await queue.sendTo('A', 'a2');
      await queue.sendTo('A', 'a3');
      const [first, second] = await queue.receive({ MaxNumberOfMessages: 2 });

      await queue.delete(first ?? {});
      expect(await queue.receiveBodies()).toEqual([]);
      await queue.delete(second ?? {});
      expect(await queue.receiveBodies()).toEqual(['a3']);
    });

    test('keeps the group locked for a message that came back while a later one is in flight', async () => {
      const queue = await queues().createFifo();
      for (const body of ['a1', 'a2', 'a3']) await queue.sendTo('A', body);
      const [first, second] = await queue.receive({ MaxNumberOfMessages: 2 });
      await queue.hideFor(0, first ?? {});

      expect(await queue.receiveBodies()).toEqual([]);
      await queue.delete(second ?? {});
      expect(await queue.receiveBodies()).toEqual(['a1', 'a3']);
    });

    test('survives the return of a batch that was handled in part', async () => {
      const queue = await queues().createFifo({ VisibilityTimeout: '30' });
      for (const body of ['a1', 'a2', 'a3', 'a4']) await queue.sendTo('A', body);
      const [first] = await queue.receive({ MaxNumberOfMessages: 3 });
      await queue.delete(first ?? {});

      queues().advanceSeconds(31);

      const again = await queue.receive();
      expect(again.map(({ Body }) => Body)).toEqual(['a2', 'a3', 'a4']);
      expect(again.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['2', '2', '1']);
    });

    test('survives a message being given back at once', async () => {
      const queue = await queues().createFifo();
      for (const body of ['a1', 'a2', 'a3']) await queue.sendTo('A', body);
      const [first, second] = await queue.receive({ MaxNumberOfMessages: 2 });
      await queue.hideFor(0, first ?? {});
      await queue.hideFor(0, second ?? {});

      expect(await queue.receiveBodies()).toEqual(['a1', 'a2', 'a3']);
    });

    test('never has a group in two hands', async () => {
      const queue = await queues().createFifo();
      const Entries = (from: number) =>
        Array.from({ length: 10 }, (_, index) => ({
          Id: `e${index}`,
          MessageBody: String(from + index),
          MessageGroupId: `g${index % 5}`,
          MessageDeduplicationId: String(from + index),
        }));
      for (let from = 0; from < 60; from += 10) {
        await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: Entries(from) }));
      }
      const perGroup = new Map<string, number[]>();

      await Promise.all(Array.from({ length: 5 }, () => consumeAll(queue, perGroup)));

      expect(perGroup.size).toBe(5);
      for (const bodies of perGroup.values()) expect(bodies).toEqual(bodies.toSorted((a, b) => a - b));
      expect([...perGroup.values()].flat()).toHaveLength(60);
    });
  });

  describe('deduplication', () => {
    test('takes a second message with an id as the first, for five minutes', async () => {
      const queue = await queues().createFifo();
      const first = await queue.sendTo('A', 'once', 'id');

      queues().advanceSeconds(FIVE_MINUTES_SECONDS - 5);
      const second = await queue.sendTo('A', 'twice', 'id');
      expect([second.MessageId, second.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);

      queues().advanceSeconds(6);
      const third = await queue.sendTo('A', 'thrice', 'id');
      expect(third.MessageId).not.toBe(first.MessageId);
      expect(await queue.receiveBodies()).toEqual(['once', 'thrice']);
    });

    test('goes on after the message was received and deleted', async () => {
      const queue = await queues().createFifo();
      await queue.sendTo('A', 'once', 'id');
      await queue.delete(await queue.receiveOne());
      await queue.sendTo('A', 'twice', 'id');

      expect(await queue.receiveBodies()).toEqual([]);
    });

    test('is for the whole queue, or within each group when the queue says so', async () => {
      const whole = await queues().createFifo();
      const scoped = await queues().createFifo({
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      for (const queue of [whole, scoped]) {
        for (const group of ['A', 'B', 'A']) await queue.sendTo(group, `to ${group}`, 'id');
      }

      expect(await whole.receiveBodies()).toEqual(['to A']);
      const received = await scoped.receive();
      expect(received.map(({ Body }) => Body)).toEqual(['to A', 'to B']);
      expect(received.map(({ Attributes }) => Attributes?.MessageDeduplicationId)).toEqual(['id', 'id']);
    });

    test.each(['queue', 'messageGroup'])('goes by content in scope %s, when the queue says so', async (scope) => {
      const queue = await queues().createFifo({ ContentBasedDeduplication: 'true', DeduplicationScope: scope });
      for (const body of ['same', 'same', 'other']) await queue.send(body, { MessageGroupId: 'A' });

      expect(await queue.receiveBodies()).toEqual(['same', 'other']);
    });

    test('remembers more than ten thousand ids', { timeout: 30_000 }, async () => {
      const queue = await queues().createFifo();
      const batch = (from: number) =>
        new SendMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: Array.from({ length: 10 }, (_, index) => ({
            Id: `e${index}`,
            MessageBody: 'x',
            MessageGroupId: 'A',
            MessageDeduplicationId: `id-${from + index}`,
          })),
        });
      const first = await queue.client.send(batch(0));
      for (let from = 10; from < 10_050; from += 200) {
        await Promise.all(Array.from({ length: 20 }, (_, index) => queue.client.send(batch(from + index * 10))));
      }

      const again = await queue.client.send(batch(0));

      expect(again.Successful?.map(({ MessageId }) => MessageId)).toEqual(
        first.Successful?.map(({ MessageId }) => MessageId),
      );
    });
  });

  describe('what a FIFO queue refuses', () => {
    test.each([
      ['no group', { MessageDeduplicationId: '1' }, 'MissingParameter'],
      ['no deduplication id', { MessageGroupId: 'A' }, 'InvalidParameterValue'],
      [
        'a delay of one message',
        { MessageGroupId: 'A', MessageDeduplicationId: '1', DelaySeconds: 1 },
        'InvalidParameterValue',
      ],
      [
        'a group of 129 characters',
        { MessageGroupId: 'A'.repeat(129), MessageDeduplicationId: '1' },
        'InvalidParameterValue',
      ],
      ['an id with a space', { MessageGroupId: 'A', MessageDeduplicationId: 'a b' }, 'InvalidParameterValue'],
      ['an id beyond ASCII', { MessageGroupId: 'A', MessageDeduplicationId: 'é' }, 'InvalidParameterValue'],
    ])('%s', async (_, parameters, expected) => {
      const queue = await queues().createFifo();

      expect(await outcomeOf(queue.send('x', parameters))).toBe(expected);
    });

    test('one entry of a batch, and takes the others', async () => {
      const queue = await queues().createFifo();
      const { Successful, Failed } = await queue.client.send(
        new SendMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: 'good', MessageBody: 'x', MessageGroupId: 'A', MessageDeduplicationId: '1' },
            { Id: 'no-id', MessageBody: 'x', MessageGroupId: 'A' },
            { Id: 'bad-id', MessageBody: 'x', MessageGroupId: 'A', MessageDeduplicationId: 'a b' },
          ],
        }),
      );

      expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
        ['no-id', 'InvalidParameterValue'],
        ['bad-id', 'InvalidParameterValue'],
      ]);
    });

    test('a receipt handle that has expired, so that the message comes back', async () => {
      const queue = await queues().createFifo({ VisibilityTimeout: '30' });
      await queue.sendTo('A', 'a1');
      const message = await queue.receiveOne();
      queues().advanceSeconds(31);

      expect(await outcomeOf(queue.delete(message))).toBe('InvalidParameterValue');
      expect(await queue.receiveBodies()).toEqual(['a1']);
    });
  });
}

/** Receives and deletes until the queue is empty. */
async function consumeAll(queue: TestedQueue, perGroup: Map<string, number[]>): Promise<void> {
  for (;;) {
    const messages = await queue.receive({ MaxNumberOfMessages: 3 });
    for (const { Body, Attributes } of messages) {
      const group = Attributes?.MessageGroupId ?? '';
      perGroup.set(group, [...(perGroup.get(group) ?? []), Number(Body)]);
    }
    for (const message of messages) await queue.delete(message);
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = await queue.attributes();
    if (Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible) === 0) return;
  }
}
