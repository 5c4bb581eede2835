import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { objectsOf, queueOf, start, untilReceivesWait } from '../started-services.ts';

describe('objects and queues', () => {
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
    const services = await start();
    const queue = await queueOf(services, 'jobs');
    const waiting = queue.receive({ WaitTimeSeconds: 20 });
    await untilReceivesWait(services, queue.url, 1);

    await Promise.all([services.stop(), services.stop()]);

    expect(await waiting).toEqual([]);
  });
});

describe('connections', () => {
  test('a thousand may come at once', async () => {
    const services = await start();
    await (await objectsOf(services)).put('page', 'html');
    const sockets = Array.from({ length: 1000 }, () => openTo(services.url));

    const responses = await Promise.all(sockets.map((socket) => text(socket)));

    expect(responses.filter((response) => response.startsWith('HTTP/1.1 200 OK'))).toHaveLength(1000);
    expect(responses.filter((response) => response.endsWith('\r\n\r\nhtml'))).toHaveLength(1000);
  });

  // A server that closes idle connections says when, so that no client sends just then.
  test('no end is announced to those that are idle', async () => {
    const objects = await objectsOf(await start());

    const { headers } = await objects.fetch('absent');

    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null]);
  });

  test('of a client that goes away during a long poll take no message with them', async () => {
    const services = await start();
    const queue = await queueOf(services, 'jobs');
    const leaving = new AbortController();
    const body = JSON.stringify({ QueueUrl: queue.url, WaitTimeSeconds: 20 });
    const headers = { 'x-amz-target': 'AmazonSQS.ReceiveMessage' };
    const waiting = fetch(services.url, { method: 'POST', headers, body, signal: leaving.signal });
    await untilReceivesWait(services, queue.url, 1);
    leaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await untilReceivesWait(services, queue.url, 0);
    await queue.send('x');

    expect(await queue.receiveBodies()).toEqual(['x']);
  });

  test('of a client that goes away in the middle of a body leave nothing', async () => {
    const services = await start();
    const objects = await objectsOf(services);
    const { hostname, port } = new URL(services.url);
    const socket = connect(Number(port), hostname);
    socket.write('PUT /pages/half HTTP/1.1\r\nhost: s3\r\ncontent-length: 1000\r\n\r\nhalf');
    socket.end();

    await text(socket);

    expect((await objects.fetch('half')).status).toBe(404);
  });
});

describe('bodies', () => {
  test('that are announced as larger than this machine takes are refused', async () => {
    const services = await start();
    await objectsOf(services);
    const { hostname, port } = new URL(services.url);
    const socket = connect(Number(port), hostname);
    socket.write(`PUT /pages/large HTTP/1.1\r\nhost: s3\r\ncontent-length: ${2 ** 31}\r\nconnection: close\r\n\r\nx`);

    const [head = '', body] = (await firstAnswer(socket)).split('\r\n\r\n');

    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(body).toContain('<Code>EntityTooLarge</Code>');
  });
});

function openTo(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write('GET /pages/page HTTP/1.1\r\nhost: s3\r\nconnection: close\r\n\r\n');
  return socket;
}

async function firstAnswer(socket: Socket): Promise<string> {
  for await (const chunk of socket) return String(chunk);
  return '';
}
