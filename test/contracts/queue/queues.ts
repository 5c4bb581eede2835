import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
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

  describe('queues that are there', () => {
    test('are listed by the beginning of their names, and deleted', async () => {
      const { client, subject } = queues();
      const { url } = await subject.createQueue('listed-a', {});
      await subject.createQueue('listed-b', {});
      const list = async () => (await client.send(new ListQueuesCommand({ QueueNamePrefix: 'listed-' }))).QueueUrls;
      expect((await list())?.map((listed) => listed.replace(/.*\//, ''))).toEqual(['listed-a', 'listed-b']);

      await client.send(new DeleteQueueCommand({ QueueUrl: url }));

      expect(await list()).toHaveLength(1);
      expect(await outcomeOf(new TestedQueue(client, url, '').send('x'))).toBe('QueueDoesNotExist');
    });

    test('end the receives that wait when they are deleted', async () => {
      const queue = await queues().create();
      const waiting = queue.receive({ WaitTimeSeconds: 20 });
      await queues().untilReceivesWait(queue);
      await queue.client.send(new DeleteQueueCommand({ QueueUrl: queue.url }));

      expect(await waiting).toEqual([]);
    });

    test('are purged once a minute, of everything', async () => {
      const queue = await queues().create();
      const purge = () => outcomeOf(queue.client.send(new PurgeQueueCommand({ QueueUrl: queue.url })));
      await queue.send('delayed', { DelaySeconds: 10 });
      await queue.send('in flight');
      await queue.receiveOne();

      expect([await purge(), await purge()]).toEqual(['done', 'PurgeQueueInProgress']);
      expect(await queue.attributes()).toMatchObject({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesDelayed: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
      queues().advanceSeconds(60);
      expect(await purge()).toBe('done');
    });

    test('give the attributes that they are asked for, and their defaults', async () => {
      const { client, subject } = queues();
      const { url: QueueUrl, arn } = await subject.createQueue('described', {});
      const get = (AttributeNames: QueueAttributeName[]) =>
        client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));

      expect((await get(['QueueArn', 'VisibilityTimeout'])).Attributes).toEqual({
        QueueArn: arn,
        VisibilityTimeout: '30',
      });
      expect((await get(['All'])).Attributes).toMatchObject({
        DelaySeconds: '0',
        MaximumMessageSize: '1048576',
        MessageRetentionPeriod: '345600',
        ReceiveMessageWaitTimeSeconds: '0',
        CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
      });
      expect(await outcomeOf(get(['Typo' as QueueAttributeName]))).toBe('InvalidAttributeName');
    });

    test('refuse what only FIFO queues have', async () => {
      const { subject } = queues();

      await expect(subject.createQueue('no-fifo', { FifoQueue: 'true' })).rejects.toThrow('.fifo');
      await expect(subject.createQueue('no-fifo', { DeduplicationScope: 'queue' })).rejects.toThrow('FIFO');
    });
  });
}
