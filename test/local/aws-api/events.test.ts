import { describe, expect, test } from 'vitest';
import type { LocalEvent } from '../../../lib/local/events.ts';
import { objectsOf, queueOf, standingClock, start } from '../started-services.ts';

describe('events', () => {
  interface Call {
    readonly action: string;
    readonly resource: string;
    readonly status: number;
  }

  async function startRecording() {
    const calls: Call[] = [];
    const times: number[] = [];
    const clock = standingClock();
    const onEvent = (event: LocalEvent) => {
      if (event.kind !== 'api-call') return;
      calls.push({ action: event.action, resource: event.resource, status: event.status });
      times.push(event.at);
    };
    return { services: await start({ clock, onEvent }), clock, calls, times };
  }

  test('name each call by its AWS action, in order, before its answer arrives', async () => {
    const { services, calls } = await startRecording();
    const objects = await objectsOf(services);
    const queue = await queueOf(services, 'jobs.fifo');
    expect(calls).toEqual([]);

    await objects.put('deployments/1/é', 'x');
    await objects.put('deployments/1/é', 'x', { IfNoneMatch: '*' }).catch(() => {});
    await objects.get('deployments/1/é');
    await objects.fetch('deployments/1/é', { headers: { 'if-none-match': '*' } });
    await objects.head('missing').catch(() => {});
    await objects.list();
    await queue.sendTo('A', 'x');
    await queue.sendTo('A', 'x');
    await queue.delete(await queue.receiveOne());
    await queue.delete({ ReceiptHandle: 'garbage' }).catch(() => {});
    await fetch(`${services.url}/health`);

    expect(calls.map(({ action, resource, status }) => `${action} ${resource} ${status}`)).toEqual([
      'PutObject deployments/1/é 200',
      'PutObject deployments/1/é 412',
      'GetObject deployments/1/é 200',
      'GetObject deployments/1/é 304',
      'HeadObject missing 404',
      'ListObjectsV2 pages 200',
      'SendMessage jobs.fifo 200',
      'SendMessage jobs.fifo 200',
      'ReceiveMessage jobs.fifo 200',
      'DeleteMessage jobs.fifo 200',
      'DeleteMessage jobs.fifo 400',
    ]);
  });

  test('are there when the answer is, for each of many calls', async () => {
    const { services, calls } = await startRecording();
    const objects = await objectsOf(services);

    for (let count = 1; count <= 300; count++) {
      await objects.fetch('counted');
      expect(calls).toHaveLength(count);
    }
    await Promise.all(Array.from({ length: 300 }, () => objects.fetch('counted')));
    expect(calls).toHaveLength(600);
  });

  test('bear the time of the clock', async () => {
    const { services, clock, times } = await startRecording();
    const objects = await objectsOf(services);
    clock.advance(3_600_000);
    await objects.fetch('x');

    expect(times).toEqual([clock.now()]);
  });
});

test('objects follow the clock, while the time of the caller stays', async () => {
  const clock = standingClock();
  const objects = await objectsOf(await start({ clock }));
  clock.advance(1_000_000_000_000);
  const machine = Date.now();
  await objects.put('before', 'x');
  const earlier = clock.now();
  clock.advance(1_000_000_000);
  await objects.put('after', 'x');

  const [before, after] = await Promise.all(
    ['before', 'after'].map(async (key) => Number((await objects.head(key)).LastModified)),
  );

  expect(before).toBe(Math.floor(earlier / 1000) * 1000);
  expect((after ?? 0) - (before ?? 0)).toBe(1_000_000_000);
  expect(Date.now() - machine).toBeLessThan(1_000_000_000);
});
