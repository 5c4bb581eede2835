import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, type Queues, sqsClient, TestedQueue } from './subject.ts';

export function describeQueues(queues: () => Queues): void {
  describe('queues', () => {
    test('are created once, and found by name and in every region', async () => {
      const { client, subject } = queues();
      const attributes = { FifoQueue: 'true', VisibilityTimeout: '77' };
      const { url, arn } = await subject.createQueue('known.fifo', attributes);
      const elsewhere = sqsClient(subject.endpoint, 'eu-central-1');

      expect(await subject.createQueue('known.fifo', attributes)).toEqual({ url, arn });
      expect(arn).toMatch(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:known\.fifo$/);
      expect(new URL(url).origin).toBe(subject.endpoint);
      for (const sender of [client, elsewhere]) {
        const { QueueUrl } = await sender.send(new GetQueueUrlCommand({ QueueName: 'known.fifo' }));
        expect(QueueUrl).toBe(url);
      }
      expect((await new TestedQueue(elsewhere, url, arn).attributes()).VisibilityTimeout).toBe('77');
    });

    test('that exist with other attributes are not created', async () => {
      const { subject } = queues();
      await subject.createQueue('taken', { VisibilityTimeout: '1' });

      await expect(subject.createQueue('taken', { VisibilityTimeout: '2' })).rejects.toThrow('already exists');
    });

    test('that do not exist are QueueDoesNotExist', async () => {
      const { client, subject } = queues();
      const missing = new TestedQueue(client, `${subject.endpoint}/000000000000/missing`, 'none');

      expect(await outcomeOf(missing.send('x'))).toBe('QueueDoesNotExist');
      expect(await outcomeOf(missing.receive())).toBe('QueueDoesNotExist');
      expect(await outcomeOf(client.send(new GetQueueUrlCommand({ QueueName: 'missing' })))).toBe('QueueDoesNotExist');
    });

    test('refuse names and attributes that SQS does not know', async () => {
      const { subject } = queues();

      await expect(subject.createQueue('a/b', {})).rejects.toThrow("'a/b' is invalid");
      await expect(subject.createQueue('typo', { VisibilityTimeOut: '1' })).rejects.toThrow('VisibilityTimeOut');
      await expect(subject.createQueue('range', { VisibilityTimeout: '43201' })).rejects.toThrow('43200');
    });

    test('count their messages by state, are changed and emptied', async () => {
      const queue = await queues().create();
      for (const body of ['1', '2', '3']) await queue.send(body);
      await queue.receiveOne();

      expect(await queue.attributes()).toMatchObject({
        ApproximateNumberOfMessages: '2',
        ApproximateNumberOfMessagesNotVisible: '1',
      });
      await queue.client.send(
        new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { VisibilityTimeout: '5' } }),
      );
      expect((await queue.attributes()).VisibilityTimeout).toBe('5');
      await queue.client.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
      expect(await queue.receive()).toEqual([]);
    });
  });

  describe('messages', () => {
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
