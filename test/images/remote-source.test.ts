import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressKind } from '../../lib/images/addresses.ts';
import { fetchRemote, MAX_SOURCE_BYTES, type RemoteOptions } from '../../lib/images/remote-source.ts';

let server: Server;
let port: number;

const answers: Readonly<Record<string, RequestListener>> = {
  '/image': (_, response) => void response.setHeader('etag', '"1"').end('bytes'),
  '/hop': (_, response) => void response.writeHead(302, { location: '/image' }).end(),
  '/loop': (_, response) => void response.writeHead(302, { location: '/loop' }).end(),
  '/metadata': (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
  '/elsewhere': (_, response) => void response.writeHead(302, { location: 'https://elsewhere.example/x.png' }).end(),
  '/by-name': (_, response) => void response.writeHead(302, { location: `http://localhost:${port}/image` }).end(),
  '/file': (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/endless': (_, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const write = (): void => void (response.destroyed || response.write(chunk, write));
    write();
  },
  '/known': (request, response) =>
    void response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 200, { etag: '"1"' }).end(),
  '/silent': () => {},
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Every URL of http is allowed, and one private host by its name. */
function options(changes: Partial<RemoteOptions> = {}): RemoteOptions {
  const rules = {
    isAllowed: (url: string) => /^(http:|data:)/.test(url),
    namesHost: (host: string) => host === '127.0.0.1',
  };
  return { rules, timeoutMs: 30_000, forbiddenHost: undefined, ...changes };
}

const get = (path: string, changes?: Partial<RemoteOptions>) =>
  fetchRemote(`http://127.0.0.1:${port}${path}`, undefined, options(changes));

test('an image of a host that the configuration names comes with its headers, through a redirect too', async () => {
  for (const path of ['/image', '/hop']) {
    const source = await get(path);
    expect(source).toMatchObject({ kind: 'bytes', bytes: Buffer.from('bytes') });
    expect('headers' in source && source.headers.get('etag')).toBe('"1"');
  }
});

test.each([
  ['the address of a cloud that tells credentials', '/metadata'],
  ['a host that is not allowed', '/elsewhere'],
  ['a name that resolves to this machine and is allowed by a pattern alone', '/by-name'],
  ['a file', '/file'],
])('a redirect to %s is refused', async (_, path) => {
  expect(await get(path)).toMatchObject({ status: 403 });
});

test.each([
  'http://127.0.0.2/',
  'http://10.1.2.3/',
  'http://[::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://2852039166/',
  'http://0x7f.2/',
  'http://localhost/',
])('%s is refused, however it is written, when only a pattern allows it', async (url) => {
  expect(await fetchRemote(url, undefined, options())).toMatchObject({ status: 403 });
});

test('what a function asks for its work is refused to everybody else, also by a host that is named', async () => {
  expect(await get('/image', { forbiddenHost: `127.0.0.1:${port}` })).toMatchObject({ status: 403 });
});

test('bounds: bytes, redirects and time', async () => {
  expect(await get('/endless')).toMatchObject({ status: 413, problem: expect.stringContaining('25 MB') });
  expect(MAX_SOURCE_BYTES).toBe(25 * 1024 * 1024);
  expect(await get('/loop')).toMatchObject({ status: 422 });
  expect(await get('/silent', { timeoutMs: 20 })).toMatchObject({ status: 500 });
});

test('what the other site answers: unchanged, gone, or nothing', async () => {
  const known = await fetchRemote(`http://127.0.0.1:${port}/known`, '"1"', options());
  expect(known).toMatchObject({ kind: 'unchanged' });
  expect(await get('/nowhere')).toMatchObject({ status: 404 });
  expect(await fetchRemote('http://127.0.0.1:1/', undefined, options())).toMatchObject({ status: 500 });
});

test('an image in the URL itself needs no network', async () => {
  const source = await fetchRemote('data:image/png;base64,aGk=', undefined, options());
  expect(source).toMatchObject({ kind: 'bytes', bytes: Buffer.from('hi') });
});

test.each([
  ['93.184.216.34', 'public'],
  ['2606:4700::1111', 'public'],
  ['192.168.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['fd12::1', 'private'],
  ['::', 'private'],
  ['::a9fe:a9fe', 'private'],
  ['::ffff:0:a9fe:a9fe', 'private'],
  ['192.88.99.1', 'private'],
  ['64:ff9b::a00:1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['169.254.170.2', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
] as const)('the address %s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});
