import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectSecurely } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createCertificate } from '../../../lib/local/tls/certificate.ts';
import { createEitherWayServer } from '../../../lib/local/tls/either-way-server.ts';

const certificate = createCertificate('a site', ['127.0.0.1'], Date.now());
const ca = certificate.certificate;

/** Says how it was asked, and what was sent. */
async function startServer() {
  const server = createEitherWayServer(certificate, async (request, response) => {
    const scheme = 'encrypted' in request.socket ? 'https' : 'http';
    response.end(`${scheme} ${request.url} ${(await text(request)).length}`);
  });
  const port = await server.listen(0);
  return { server, port, at: { host: '127.0.0.1', port, path: '/a', agent: false as const } };
}

type Started = Awaited<ReturnType<typeof startServer>>;

async function startUntilTheEnd(): Promise<Started> {
  const started = await startServer();
  onTestFinished(() => started.server.close());
  return started;
}

test('one port answers http and https', async () => {
  const { at } = await startUntilTheEnd();
  const [plain] = await once(plainRequest(at).end(), 'response');
  const [secure] = await once(secureRequest({ ...at, ca }).end(), 'response');
  expect([await text(plain), await text(secure)]).toEqual(['http /a 0', 'https /a 0']);
});

test('a request whose first packets hold a byte each is answered', async () => {
  const { port } = await startUntilTheEnd();
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  for (const byte of 'POST /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc') {
    await new Promise((resolve) => socket.write(byte, resolve));
  }
  expect(await text(socket)).toContain('http /slow 3');
});

test('a large upload arrives whole either way', async () => {
  const { at } = await startUntilTheEnd();
  const body = Buffer.alloc(3_000_000, 'a');
  const options = { ...at, method: 'POST', headers: { 'content-length': body.length } };
  const plain = plainRequest(options);
  const secure = secureRequest({ ...options, ca });
  const answers = [once(plain, 'response'), once(secure, 'response')];
  plain.end(body);
  secure.end(body);
  const texts = await Promise.all(answers.map(async (answer) => text((await answer)[0])));
  expect(texts).toEqual(['http /a 3000000', 'https /a 3000000']);
});

test('a client that wants another protocol than HTTP/1.1 is told so at once', async () => {
  const { port } = await startUntilTheEnd();
  const socket = connectSecurely({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2'] });
  const [error] = await once(socket, 'error');
  expect(error.message).toContain('no application protocol');
});

test('the end of the server ends connections that have not said anything yet', async () => {
  const { server, port } = await startServer();
  const silent: Socket = connect(port, '127.0.0.1');
  const gone = once(silent, 'close');
  await once(silent, 'connect');
  // The server has accepted both once it answers the second.
  const [response] = await once(plainRequest({ host: '127.0.0.1', port, agent: false }).end(), 'response');
  expect(await text(response)).toBe('http / 0');
  await server.close();
  await gone;
});
