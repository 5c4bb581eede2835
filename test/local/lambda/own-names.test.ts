import { expect, onTestFinished, test } from 'vitest';
import { createCertificate } from '../../../lib/local/tls/certificate.ts';
import { createEitherWayServer } from '../../../lib/local/tls/either-way-server.ts';
import { localFunction } from './local-function.ts';

async function startSite(): Promise<number> {
  const server = createEitherWayServer(createCertificate('a site', ['localhost'], Date.now()), (_, response) => {
    response.end();
  });
  onTestFinished(() => server.close());
  return server.listen(0);
}

test('a function that connects to a name of its site reaches the site on this machine, by whatever client', async () => {
  const port = await startSite();
  const { call } = localFunction('index.connectTo', { ownNames: () => new Map([['shop.invalid', port]]) });
  const addresses = [
    { host: 'shop.invalid', port: 443, isSecure: true },
    { host: 'SHOP.invalid', port: 443, isSecure: true },
    { host: 'shop.invalid', port: 443, isSecure: false },
    { host: 'shop.invalid', port: 8443, isSecure: false },
    { host: 'other.invalid', port: 443, isSecure: false },
    { host: '127.0.0.1', port, isSecure: true },
  ];
  expect(await call({ addresses })).toEqual([port, port, port, 'refused', 'refused', port]);
});

test('a function sees no variable of the emulator', async () => {
  const { call } = localFunction('index.describe', { ownNames: () => new Map([['shop.invalid', 1]]) });
  expect(Object.keys((await call()).environment).filter((name) => name.startsWith('_LOCAL'))).toEqual([]);
});
