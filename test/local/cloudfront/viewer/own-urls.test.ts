import { once } from 'node:events';
import type http from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  answering,
  ask,
  CACHING_DISABLED,
  holdReplies,
  open,
  startEdge,
  startOrigin,
  type TestEdge,
} from '../fixture.ts';

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0' };

async function startSite(type: string, body: (own: string) => string, more: http.OutgoingHttpHeaders = {}) {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { policy: { codings: true, ttl: [0, 60, 60] }, behavior: { Compress: true } });
  const own = `https://${new URL(edge.url).host}`;
  origin.respond = answering(200, { 'content-type': type, ...more }, body(own));
  return { origin, edge, own };
}

test('a link of a page to its own https origin opens by http in a browser that came by http', async () => {
  const { edge } = await startSite('text/html', (own) => `<a href="${own}/b">b</a><img src='${own}/i.png'>`);
  for (const cache of ['Miss', 'Hit']) {
    const body = `<a href="${edge.url}/b">b</a><img src='${edge.url}/i.png'>`;
    expect(await ask(edge, '/a', { headers: BROWSER })).toMatchObject({ cache, body });
  }
});

test('who is no browser gets the page as the site wrote it', async () => {
  const { edge, own } = await startSite('text/html', (origin) => `<a href="${origin}/b">b</a>`);
  expect((await ask(edge, '/a')).body).toBe(`<a href="${own}/b">b</a>`);
  expect((await ask(edge, '/a', { headers: BROWSER })).body).not.toContain(own);
  expect((await ask(edge, '/a')).body).toContain(own);
});

test.each([
  ['a script', 'text/javascript', (own: string) => `fetch("${own}/api")`, (url: string) => `fetch("${url}/api")`],
  [
    'JSON in HTML',
    'text/html',
    (own: string) => own.replaceAll('/', '\\/'),
    (url: string) => url.replaceAll('/', '\\/'),
  ],
  ['the end of a sentence', 'text/plain', (own: string) => `Go to ${own}.`, (url: string) => `Go to ${url}.`],
  ['another port', 'text/html', (own: string) => `${own}1/ ${own}`, (url: string, own: string) => `${own}1/ ${url}`],
  [
    'another host',
    'text/html',
    (own: string) => `${own}.example.com/`,
    (_: string, own: string) => `${own}.example.com/`,
  ],
  ['what is no text', 'image/png', (own: string) => own, (_: string, own: string) => own],
])('%s is as a browser needs it', async (_, type, written, expected) => {
  const { edge, own } = await startSite(type, written);
  expect((await ask(edge, '/a', { headers: BROWSER })).body).toBe(expected(edge.url, own));
});

test.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
] as const)('a page that the edge compresses is compressed again: %s', async (coding, decode) => {
  const length = 2001 + 'https://127.0.0.1:12345/b'.length;
  const { edge } = await startSite('text/html', (own) => `${'x'.repeat(2000)} ${own}/b`.padEnd(length), {
    'content-length': length,
  });
  for (const cache of ['Miss', 'Hit']) {
    const message = await open(edge, '/a', { headers: { ...BROWSER, 'accept-encoding': coding } });
    expect(message.headers).toMatchObject({ 'content-encoding': coding, 'x-cache': `${cache} from cloudfront` });
    expect(decode(await buffer(message)).toString()).toContain(` ${edge.url}/b`);
  }
});

test('headers that name the origin name it by http too: a policy would block what the page loads', async () => {
  const { edge, origin, own } = await startSite('text/html', () => '');
  const values = { 'content-security-policy': `img-src ${own}`, link: `<${own}/c.css>; rel=preload` };
  origin.respond = answering(200, values);
  expect((await ask(edge, '/a', { headers: BROWSER })).headers).toMatchObject({
    'content-security-policy': `img-src ${edge.url}`,
    link: `<${edge.url}/c.css>; rel=preload`,
  });
});

test.each<[string, http.OutgoingHttpHeaders]>([
  ['a browser', BROWSER],
  ['another client', {}],
])('a redirect to the own origin stays by http for %s, one to elsewhere stays as it is', async (_, headers) => {
  const { edge, origin, own } = await startSite('text/html', () => '');
  const locationOf = async (location: string) => {
    origin.respond = answering(302, { location, 'cache-control': 'no-store' });
    return (await ask(edge, '/a', { headers })).headers.location;
  };
  expect(await locationOf(`${own}/b?c=${own}`)).toBe(`${edge.url}/b?c=${edge.url}`);
  expect(await locationOf(own)).toBe(edge.url);
  expect(await locationOf('https://other.example/')).toBe('https://other.example/');
});

/** A page that streams in the parts that the test sends. */
async function startStream(): Promise<{
  edge: TestEdge;
  own: string;
  reply: http.ServerResponse;
  message: http.IncomingMessage;
}> {
  const origin = await startOrigin();
  const held = holdReplies(origin);
  const edge = await startEdge(origin, { behavior: { CachePolicyId: CACHING_DISABLED } });
  const opening = open(edge, '/a', { headers: BROWSER });
  const reply = await held.next();
  reply.writeHead(200, { 'content-type': 'text/html' }).flushHeaders();
  return { edge, own: `https://${new URL(edge.url).host}`, reply, message: await opening };
}

test('an origin that comes in two parts of a stream is found, and nothing else waits for the rest', async () => {
  const { edge, own, reply, message } = await startStream();
  const next = async () => String((await once(message, 'data'))[0]);
  reply.write(`first ${own.slice(0, 12)}`);
  expect(await next()).toBe('first ');
  reply.write(`${own.slice(12)}/b ht`);
  expect(await next()).toBe(`${edge.url}/b `);
  reply.end(`tps and ${own}`);
  expect(await text(message)).toBe(`https and ${edge.url}`);
});

test('a stream that the origin breaks off is broken for a browser too', async () => {
  const { reply, message } = await startStream();
  reply.destroy();
  await expect(text(message)).rejects.toThrow('aborted');
});
