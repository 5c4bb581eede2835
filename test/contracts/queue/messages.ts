import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, type Queues } from './subject.ts';

export function describeMessages(queues: () => Queues): void {
  describe('messages', () => {
    test('come with the attributes that the receive asks for', async () => {
      const queue = await queues().create();
      const text = (StringValue: string) => ({ DataType: 'String', StringValue });
      const BinaryValue = new Uint8Array([1, 2, 3]);
      await queue.send('x', {
        MessageAttributes: { 'a.1': text('one'), 'a.2': text('two'), b: { DataType: 'Binary.raw', BinaryValue } },
      });
      const receive = async (MessageAttributeNames: string[]) => {
        const message = await queue.receiveOne({
          VisibilityTimeout: 0,
          MessageAttributeNames,
          MessageSystemAttributeNames: ['SentTimestamp'],
        });
        return { ...message, names: Object.keys(message.MessageAttributes ?? {}) };
      };

      expect((await receive([])).names).toEqual([]);
      expect((await receive(['a.*'])).names).toEqual(['a.1', 'a.2']);
      const { names, MessageAttributes, MD5OfMessageAttributes, Attributes } = await receive(['b', 'absent']);
      expect(names).toEqual(['b']);
      expect(MessageAttributes?.b).toEqual({ DataType: 'Binary.raw', BinaryValue });
      expect(MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
      expect(Object.keys(Attributes ?? {})).toEqual(['SentTimestamp']);
    });

    test.each([
      ['emoji', '\u{1f600}', 'done'],
      ['a control character', 'a\u0000b', 'InvalidMessageContents'],
      ['half an emoji', '\ud83d', 'InvalidMessageContents'],
      ['nothing', '', 'MissingParameter'],
    ])('of %s are %s %s', async (_, body, expected) => {
      expect(await outcomeOf((await queues().create()).send(body))).toBe(expected);
    });

    test.each([
      [{ MaxNumberOfMessages: 11 }],
      [{ MaxNumberOfMessages: 0 }],
      [{ WaitTimeSeconds: 21 }],
      [{ VisibilityTimeout: 43_201 }],
    ])('are not received with %j', async (parameters) => {
      expect(await outcomeOf((await queues().create()).receive(parameters))).toBe('InvalidParameterValue');
    });

    test('have attributes of a type that SQS knows', async () => {
      const queue = await queues().create();
      const attributes = (count: number, DataType = 'String') =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, { DataType, StringValue: 'x' }]));

      expect(await outcomeOf(queue.send('x', { MessageAttributes: attributes(10) }))).toBe('done');
      for (const MessageAttributes of [attributes(11), attributes(1, 'Text')]) {
        expect(await outcomeOf(queue.send('x', { MessageAttributes }))).toBe('InvalidParameterValue');
      }
    });

    test('of a batch are at most 1 MiB together', async () => {
      const queue = await queues().create();
      const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(524_289) }));
      const sent = queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));

      expect(await outcomeOf(sent)).toBe('BatchRequestTooLong');
    });

    test('come with their attributes', async () => {
      const queue = await queues().createFifo();
      await queue.send('body', {
        MessageGroupId: 'A',
        MessageDeduplicationId: 'id',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'value' } },
      });

      const message = await queue.receiveOne();

      expect(message.MessageAttributes?.kind?.StringValue).toBe('value');
      expect(message.Attributes).toMatchObject({
        ApproximateReceiveCount: '1',
        MessageGroupId: 'A',
        MessageDeduplicationId: 'id',
        SenderId: expect.any(String),
        SequenceNumber: expect.stringMatching(/^\d{20}$/),
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      });
    });

    test('are at most 1 MiB long', async () => {
      const queue = await queues().create();

      expect(await outcomeOf(queue.send('x'.repeat(1_048_576)))).toBe('done');
      expect(await outcomeOf(queue.send('x'.repeat(1_048_577)))).toBe('InvalidParameterValue');
    });

    test.each([
      ['none', [], 'EmptyBatchRequest'],
      ['eleven', Array.from({ length: 11 }, (_, index) => `e${index}`), 'TooManyEntriesInBatchRequest'],
      ['two of one id', ['same', 'same'], 'BatchEntryIdsNotDistinct'],
    ])('are sent in batches, not of %s', async (_, ids, expected) => {
      const queue = await queues().create();
      const Entries = ids.map((Id) => ({ Id, MessageBody: 'x' }));
      const sent = queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));

      expect(await outcomeOf(sent)).toBe(expected);
      expect(await queue.receive()).toEqual([]);
    });
  });
}
