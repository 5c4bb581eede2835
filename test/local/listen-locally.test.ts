import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { closeServer, listenLocally } from '../../lib/local/listen-locally.ts';

const MODULE = new URL('../../lib/local/listen-locally.ts', import.meta.url).href;
const PROGRAM = `
import { createServer } from 'node:http';
import { listenLocally } from '${MODULE}';
console.log(await listenLocally(createServer((_, response) => response.end('here'))));
`;

/** A server in a process of its own, which can be stopped as a machine stops one that it has no time for. */
async function serverProcess() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, port: Number(line) };
}

async function get(port: number): Promise<string> {
  const [response] = await once(request({ port, agent: false }).end(), 'response');
  return text(response);
}

// Other systems keep fewer connections waiting than are opened here, whatever the program asks for.
test.skipIf(process.platform !== 'linux')(
  'a thousand connect to a server that has no time yet, and all are answered',
  async () => {
    const { child, port } = await serverProcess();
    child.kill('SIGSTOP');
    const sockets: Socket[] = Array.from({ length: 1000 }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    child.kill('SIGCONT');
    expect(await get(port)).toBe('here');
    const responses = sockets.map((socket) => {
      socket.end('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      return text(socket);
    });
    for (const response of await Promise.all(responses)) expect(response).toContain('here');
  },
);

test('an idle connection is never closed, and so a client is told no time for it', async () => {
  const server = createServer((_, response) => response.end('here'));
  onTestFinished(() => closeServer(server));
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const [answer] = await once(request({ port: await listenLocally(server), agent }).end(), 'response');
  expect(await text(answer)).toBe('here');
  // Node names the seconds in this header when there are any: after them, it ends the connection.
  expect([answer.headers.connection, answer.headers['keep-alive']]).toEqual(['keep-alive', undefined]);
});
