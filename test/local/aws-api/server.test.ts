import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import type { LocalEvent } from '../../../lib/local/events.ts';
import type { Objects } from '../../contracts/object-store/subject.ts';
import { objectsOf, queueOf, start, temporaryDirectory } from '../started-services.ts';

describe('objects and queues', () => {
  test('keep their objects, with all that belongs to them, over a restart', async () => {
    const dataDirectory = await temporaryDirectory();
    const before = await start({ dataDirectory });
    const written = await objectsOf(before);
    await written.put('b/é', 'body', { CacheControl: 'max-age=1', Metadata: { n: '1', e: '' }, Tagging: 'a=b' });
    await written.put('a', 'x');
    const headers = async (objects: Objects) => {
      const relevant = /^(etag|last-modified|cache-control|content-|x-amz-(meta|tagging))/;
      return [...(await objects.fetch('b/é')).headers].filter(([name]) => relevant.test(name));
    };
    const headersBefore = await headers(written);
    await before.stop();

    const read = await objectsOf(await start({ dataDirectory }));

    expect(await headers(read)).toEqual(headersBefore);
    expect(headersBefore).toHaveLength(8);
    expect(await read.text('b/é')).toBe('body');
    expect((await read.list()).Contents?.map(({ Key }) => Key)).toEqual(['a', 'b/é']);
    await expect(read.put('a', 'x', { IfNoneMatch: '*' })).rejects.toThrow();
  });

  test('forget their messages over a restart', async () => {
    const dataDirectory = await temporaryDirectory();
    const before = await start({ dataDirectory });
    const queue = await queueOf(before, 'jobs');
    await queue.send('x');
    await queue.hideFor(0, await queue.receiveOne());
    await before.stop();

    expect(await (await queueOf(await start({ dataDirectory }), 'jobs')).receive()).toEqual([]);
  });

  test('follow the clock, while the time of the caller stays', async () => {
    const clock = new StackClock();
    clock.advance(1_000_000_000);
    const objects = await objectsOf(await start({ clock }));
    await objects.put('before', 'x');
    clock.advance(1_000_000_000);
    await objects.put('after', 'x');

    const [before, after] = await Promise.all(
      ['before', 'after'].map(async (key) => Number((await objects.head(key)).LastModified)),
    );

    expect((after ?? 0) - Date.now()).toBeGreaterThan(1_999_990_000);
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(1_000_000_000);
    expect(Date.now()).toBeLessThan(before ?? 0);
  });

  test('can be reached from this machine only', async () => {
    const { port } = new URL((await start()).url);
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');

    for (const { address } of addresses) {
      await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow('fetch failed');
    }
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });

  test('say which port was taken', async () => {
    const port = Number(new URL((await start()).url).port);

    await expect(start({ port })).rejects.toThrow(new RegExp(`cannot start .* on port ${port}: .*EADDRINUSE`));
  });

  test('stop while a receive waits, and twice', async () => {
    const server = await start();
    const queue = await queueOf(server, 'jobs');
    const waiting = queue.receive({ WaitTimeSeconds: 20 }).catch(() => []);
    await queue.attributes();

    await Promise.all([server.stop(), server.stop()]);

    expect(await waiting).toEqual([]);
  });
});

describe('events', () => {
  interface Call {
    readonly action: string;
    readonly resource: string;
    readonly status: number;
  }

  async function startRecording() {
    const calls: Call[] = [];
    const times: number[] = [];
    const clock = new StackClock();
    const onEvent = (event: LocalEvent) => {
      if (event.kind !== 'api-call') return;
      calls.push({ action: event.action, resource: event.resource, status: event.status });
      times.push(event.at);
    };
    return { server: await start({ clock, onEvent }), clock, calls, times };
  }

  test('name each call by its AWS action, in order, before its answer arrives', async () => {
    const { server, calls } = await startRecording();
    const objects = await objectsOf(server);
    const queue = await queueOf(server, 'jobs.fifo');
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
    await fetch(`${server.url}/health`);

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
    const { server, calls } = await startRecording();
    const objects = await objectsOf(server);

    for (let count = 1; count <= 300; count++) {
      await objects.fetch('counted');
      expect(calls).toHaveLength(count);
    }
    await Promise.all(Array.from({ length: 300 }, () => objects.fetch('counted')));
    expect(calls).toHaveLength(600);
  });

  test('bear the time of the clock', async () => {
    const { server, clock, times } = await startRecording();
    const objects = await objectsOf(server);
    clock.advance(3_600_000);
    await objects.fetch('x');

    expect(Math.abs((times[0] ?? 0) - clock.now())).toBeLessThan(60_000);
  });
});
