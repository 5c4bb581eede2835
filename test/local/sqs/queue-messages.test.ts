import { SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { LocalEvent } from '../../../lib/local/events.ts';
import { queueOf, standingClock, start, untilReceivesWait } from '../started-services.ts';

const { signal } = new AbortController();

/** A queue, its messages without HTTP, and the calls that were counted. */
async function queueWithMessages(name: string, attributes: Readonly<Record<string, string>> = {}) {
  const clock = standingClock();
  const calls: string[] = [];
  const onEvent = (event: LocalEvent) =>
    event.kind === 'api-call' && calls.push(`${event.action} ${event.resource} ${event.status}`);
  const services = await start({ clock, onEvent });
  const queue = await queueOf(services, name, attributes);
  return { clock, calls, services, queue, messages: services.messagesOf(name) };
}

describe('messages without HTTP', () => {
  test('are those that an SDK receives', async () => {
    const { clock, queue, messages } = await queueWithMessages('jobs', { VisibilityTimeout: '30' });
    await queue.client.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: 'x',
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'page' },
          bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 3]) },
        },
      }),
    );
    const bySdk = await queue.receiveOne();
    clock.advance(30_000);

    const [message] = await messages.receive({ limit: 10, waitSeconds: 0, signal });

    expect(message).toEqual({
      MessageId: bySdk.MessageId,
      ReceiptHandle: expect.not.stringMatching(bySdk.ReceiptHandle ?? ''),
      Body: bySdk.Body,
      MD5OfBody: bySdk.MD5OfBody,
      Attributes: { ...bySdk.Attributes, ApproximateReceiveCount: '2' },
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'page' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 3]) },
      },
      MD5OfMessageAttributes: bySdk.MD5OfMessageAttributes,
    });
  });

  test('come in batches of any size', async () => {
    const { queue, messages } = await queueWithMessages('jobs');
    for (let index = 0; index < 12; index++) await queue.send(String(index));

    expect(await messages.receive({ limit: 100, waitSeconds: 0, signal })).toHaveLength(12);
  });

  test('are waited for until the clock passes the time', async () => {
    const { clock, services, queue, messages } = await queueWithMessages('jobs');
    const waiting = messages.receive({ limit: 1, waitSeconds: 20, signal });
    await untilReceivesWait(services, queue.url, 1);
    clock.advance(20_000);

    expect(await waiting).toEqual([]);
  });

  test('are waited for until the signal comes, and are left to others then', async () => {
    const { services, queue, messages } = await queueWithMessages('jobs');
    const stopping = new AbortController();
    const waiting = messages.receive({ limit: 1, waitSeconds: 20, signal: stopping.signal });
    await untilReceivesWait(services, queue.url, 1);
    stopping.abort();
    expect(await waiting).toEqual([]);
    await queue.send('x');

    expect(await messages.receive({ limit: 1, waitSeconds: 0, signal: stopping.signal })).toEqual([]);
    expect(await queue.receiveBodies()).toEqual(['x']);
  });

  test('are deleted, but for those whose visibility timeout has ended in a FIFO queue', async () => {
    const { clock, queue, messages } = await queueWithMessages('jobs.fifo', { VisibilityTimeout: '30' });
    await queue.sendTo('A', 'late');
    const late = await messages.receive({ limit: 1, waitSeconds: 0, signal });
    clock.advance(31_000);
    await queue.sendTo('B', 'timely');
    await queue.sendTo('B', 'more');
    const [again, ...timely] = await messages.receive({ limit: 3, waitSeconds: 0, signal });

    await messages.delete([...late, ...timely].map(({ ReceiptHandle }) => ReceiptHandle));
    clock.advance(31_000);

    expect(again?.Body).toBe('late');
    expect(await queue.receiveBodies()).toEqual(['late']);
  });

  test('count as calls when something was received or deleted', async () => {
    const { calls, queue, messages } = await queueWithMessages('jobs');
    await messages.receive({ limit: 1, waitSeconds: 0, signal });
    await messages.delete([]);
    expect(calls).toEqual([]);
    await queue.send('x');
    const received = await messages.receive({ limit: 1, waitSeconds: 0, signal });
    await messages.delete(received.map(({ ReceiptHandle }) => ReceiptHandle));

    expect(calls).toEqual(['SendMessage jobs 200', 'ReceiveMessage jobs 200', 'DeleteMessageBatch jobs 200']);
  });

  test('of no queue are an error', async () => {
    const services = await start();

    expect(() => services.messagesOf('missing')).toThrow('does not exist');
  });
});

describe('the depth of a queue', () => {
  test('tells what could be handed out from what is held back', async () => {
    const { services, queue, messages } = await queueWithMessages('jobs.fifo');
    const depth = () => services.queueDepths()[0];
    for (const body of ['a1', 'a2']) await queue.sendTo('A', body);
    await queue.sendTo('B', 'b1');
    expect(depth()).toEqual({ name: 'jobs.fifo', ready: 3, waiting: 3, delayed: 0, inFlight: 0, receivers: 0 });

    const [a1] = await messages.receive({ limit: 1, waitSeconds: 0, signal });
    expect(depth()).toMatchObject({ ready: 1, waiting: 2, inFlight: 1 });

    await messages.delete([a1?.ReceiptHandle ?? '']);
    expect(depth()).toMatchObject({ ready: 2, waiting: 2, inFlight: 0 });
  });

  test('counts what is delayed', async () => {
    const { clock, services, queue } = await queueWithMessages('jobs');
    await queue.send('x', { DelaySeconds: 10 });
    expect(services.queueDepths()).toMatchObject([{ ready: 0, waiting: 0, delayed: 1 }]);
    clock.advance(10_000);
    expect(services.queueDepths()).toMatchObject([{ ready: 1, waiting: 1, delayed: 0 }]);
  });

  test('holds a message back behind one of its group that is delayed', async () => {
    const { clock, services, queue } = await queueWithMessages('jobs.fifo', { DelaySeconds: '10' });
    await queue.sendTo('A', 'a1');
    const Attributes = { DelaySeconds: '0' };
    await queue.client.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
    await queue.sendTo('A', 'a2');
    expect(services.queueDepths()).toMatchObject([{ ready: 0, waiting: 1, delayed: 1 }]);
    expect(await queue.receive()).toEqual([]);

    clock.advance(10_000);

    expect(services.queueDepths()).toMatchObject([{ ready: 2, waiting: 2, delayed: 0 }]);
    expect(await queue.receiveBodies()).toEqual(['a1', 'a2']);
  });

  test('is told at each change, until nobody listens', async () => {
    const { clock, services, queue } = await queueWithMessages('jobs', { VisibilityTimeout: '30' });
    const seen: string[] = [];
    const end = services.onQueueChange(() => {
      const [depth] = services.queueDepths();
      seen.push(`${depth?.ready} ready, ${depth?.inFlight} in flight`);
    });
    await queue.send('x');
    await queue.receiveOne();
    clock.advance(30_000);
    await queue.delete(await queue.receiveOne());

    expect(seen).toEqual([
      '1 ready, 0 in flight',
      '0 ready, 1 in flight',
      '1 ready, 0 in flight',
      '0 ready, 1 in flight',
      '0 ready, 0 in flight',
    ]);
    end();
    await queue.send('y');
    expect(seen).toHaveLength(5);
  });
});
