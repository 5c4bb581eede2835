import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type FunctionUrlOptions, startFunctionUrl } from '../../../lib/local/lambda/function-url.ts';
import { eventsOf, nextEvent } from '../../support/events.ts';
import { passUntil, untilAsleep } from '../../support/passing-time.ts';
import { localFunction, type TestFunction } from './local-function.ts';

interface TestUrl extends TestFunction {
  readonly url: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

async function localUrl(handler: string, options: Partial<FunctionUrlOptions> = {}): Promise<TestUrl> {
  const target = localFunction(handler, { reservedConcurrency: 1 });
  const { url, stop } = await startFunctionUrl({
    function: target.lambda,
    authType: 'NONE',
    invokeMode: handler === 'index.stream' ? 'RESPONSE_STREAM' : 'BUFFERED',
    port: 0,
    ...options,
  });
  onTestFinished(stop);
  return { ...target, url, fetch: (path, init) => fetch(`${url.slice(0, -1)}${path}`, init) };
}

/** Unlike fetch, leaves path and headers as they are. */
async function plainRequest(url: string, options: RequestOptions): Promise<IncomingMessage> {
  const outgoing = httpRequest(url, options).end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return incoming;
}

const SIGNED = { authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=0' };

function asBody(value: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

test('makes an event of payload format 2.0 of a request', async () => {
  const { url, clock } = await localUrl('index.echo');
  clock.advance(3_600_000);
  const path = '/caf%C3%A9/%2e%2F;a=1?tag=a&tag=b%20c&empty=';
  const headers = { 'X-Two': ['1', '2'], Cookie: 'one=1; two=2', 'User-Agent': 'tester', Host: 'example.test' };
  const event = JSON.parse(await text(await plainRequest(url, { path, headers })));
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/caf%C3%A9/%2e%2F;a=1',
    rawQueryString: 'tag=a&tag=b%20c&empty=',
    queryStringParameters: { tag: 'a,b c', empty: '' },
    cookies: ['one=1', 'two=2'],
    headers: { 'x-two': '1,2', 'user-agent': 'tester', host: 'example.test', 'x-forwarded-for': '127.0.0.1' },
    requestContext: {
      accountId: 'anonymous',
      domainName: 'example.test',
      http: {
        method: 'GET',
        path: '/caf%C3%A9/%2e%2F;a=1',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'tester',
      },
      stage: '$default',
    },
    isBase64Encoded: false,
  });
  expect(event).not.toHaveProperty('body');
  expect(event.headers).not.toHaveProperty('cookie');
  expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  expect(event.requestContext.timeEpoch).toBe(clock.now());
  expect(event.headers['x-amzn-trace-id']).toContain(`Root=1-${Math.floor(clock.now() / 1000).toString(16)}-`);
});

test.each([
  { type: 'application/json', body: '{"é":1}', isBase64Encoded: false },
  { type: 'text/plain; charset=utf-8', body: 'é', isBase64Encoded: false },
  { type: 'application/x-www-form-urlencoded', body: 'a=b', isBase64Encoded: true },
  { type: 'image/png', body: '\u0000', isBase64Encoded: true },
])('a body of type $type is base64: $isBase64Encoded', async ({ type, body, isBase64Encoded }) => {
  const { fetch } = await localUrl('index.echo');
  const response = await fetch('/', { method: 'POST', body, headers: { 'content-type': type } });
  const event = JSON.parse(await response.text());
  expect(event.isBase64Encoded).toBe(isBase64Encoded);
  expect(Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8').toString()).toBe(body);
});

test('answers what the function says', async () => {
  const { fetch } = await localUrl('index.returnBody');
  const returned = {
    statusCode: 418,
    headers: { 'Content-Type': 'text/html', 'X-Number': 7, Date: 'yesterday' },
    cookies: ['a=1; Path=/', 'b=2'],
    body: Buffer.from('<p>é').toString('base64'),
    isBase64Encoded: true,
  };
  const response = await fetch('/', asBody(returned));
  expect(response.status).toBe(418);
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(response.headers.get('x-number')).toBe('7');
  expect(response.headers.get('x-amzn-remapped-date')).toBe('yesterday');
  expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
  expect(await response.text()).toBe('<p>é');
});

test.each([
  { returned: 'text', body: 'text' },
  { returned: { message: 'no status' }, body: '{"message":"no status"}' },
  { returned: null, body: 'null' },
  { returned: { statusCode: 200 }, body: '' },
])('infers a JSON response from $returned', async ({ returned, body }) => {
  const { fetch } = await localUrl('index.returnBody');
  const response = await fetch('/', asBody(returned));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe(body);
});

test.each([
  { returned: { statusCode: 'soon' }, reason: 'statusCode' },
  { returned: { statusCode: 200, body: { a: 1 } }, reason: 'body' },
])('answers 502 for $returned and logs why', async ({ returned, reason }) => {
  const { fetch, logLines } = await localUrl('index.returnBody');
  const response = await fetch('/', asBody(returned));
  expect(response.status).toBe(502);
  expect(await response.text()).toBe('Internal Server Error');
  expect(logLines()).toEqual([expect.stringContaining(reason)]);
});

test('answers 502 when the function fails, 429 without concurrency, 503 while Lambda is down', async () => {
  const { clock, lambda, call, fetch } = await localUrl('index.act');
  const failing = localFunction('throws-at-import.handler');
  const failed = await startFunctionUrl({
    function: failing.lambda,
    authType: 'NONE',
    invokeMode: 'BUFFERED',
    port: 0,
  });
  onTestFinished(failed.stop);
  expect((await globalThis.fetch(failed.url)).status).toBe(502);

  const running = call({ waitMs: 300 });
  await untilAsleep(clock, 1);
  const throttled = await fetch('/');
  expect(throttled.status).toBe(429);
  expect(await throttled.json()).toEqual({ Message: 'Rate Exceeded.' });
  clock.advance(300);
  await running;

  lambda.failWith(new Error('down'));
  expect((await fetch('/')).status).toBe(503);
});

test('refuses a body of more than 6 MB', async () => {
  const { lambda, fetch } = await localUrl('index.echo');
  const response = await fetch('/', { method: 'POST', body: 'x'.repeat(6_291_457) });
  expect(response.status).toBe(413);
  expect(lambda.coldStarts).toBe(0);
});

test('with AWS_IAM, refuses a request without a signature, or with a body whose hash is not signed', async () => {
  const { lambda, fetch } = await localUrl('index.returnBody', { authType: 'AWS_IAM' });
  const unsigned = await fetch('/');
  expect(unsigned.status).toBe(403);
  expect(await unsigned.json()).toEqual({ Message: expect.stringMatching(/^Forbidden\. /) });

  const unhashed = await fetch('/', { method: 'POST', body: '1', headers: SIGNED });
  expect(unhashed.status).toBe(403);
  expect(unhashed.headers.get('x-amzn-errortype')).toBe('SignatureDoesNotMatchException');
  expect(lambda.coldStarts).toBe(0);

  const headers = { ...SIGNED, 'x-amz-content-sha256': 'any' };
  expect((await fetch('/', { method: 'POST', body: '1', headers })).status).toBe(200);
});

test('streams a response as it is written', async () => {
  const { clock, fetch } = await localUrl('index.stream');
  const head = {
    statusCode: 201,
    headers: { 'content-type': 'text/html', 'x-isr-cache': 'HIT' },
    cookies: ['a=1', 'b=2'],
  };
  const response = await fetch('/', asBody({ head, chunks: ['one', 'two', 'three'], gapMs: 50 }));
  expect(response.status).toBe(201);
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(response.headers.get('x-isr-cache')).toBe('HIT');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const arrived: string[] = [];
  for await (const chunk of response.body ?? []) {
    arrived.push(Buffer.from(chunk).toString());
    // What is written next waits for this.
    await untilAsleep(clock, 1);
    clock.advance(50);
  }
  expect(arrived).toEqual(['one', 'two', 'three']);
});

test('answers HEAD without a body', async () => {
  const { fetch, logLines } = await localUrl('index.echo');
  const response = await fetch('/page', { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
  expect(logLines()).toEqual([]);
});

test('loses the head of a streamed response that writes nothing, as Lambda does', async () => {
  const { fetch } = await localUrl('index.stream');
  const head = { statusCode: 301, headers: { location: '/elsewhere' } };
  const lost = await fetch('/', { ...asBody({ head }), redirect: 'manual' });
  expect([lost.status, lost.headers.get('location')]).toEqual([200, null]);
  const kept = await fetch('/', { ...asBody({ head, chunks: [''] }), redirect: 'manual' });
  expect([kept.status, kept.headers.get('location')]).toEqual([301, '/elsewhere']);
});

test('hands on what a handler that does not stream returns to a URL that does', async () => {
  const { fetch } = await localUrl('index.returnBody', { invokeMode: 'RESPONSE_STREAM' });
  const response = await fetch('/', asBody({ statusCode: 404, body: 'gone' }));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ statusCode: 404, body: 'gone' });
});

test('breaks the connection when a stream fails midway', async () => {
  const { fetch } = await localUrl('index.stream');
  const response = await fetch('/', asBody({ head: { statusCode: 200 }, chunks: ['one'], throws: 'midway' }));
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect((await fetch('/', asBody({ head: {}, chunks: ['two'] }))).status).toBe(200);
});

test('lets a function run to its end when the client goes away', async () => {
  const target = await localUrl('index.stream');
  const ended = nextEvent(target.events, 'invocation');
  const chunks = Array.from({ length: 50 }, () => 'x'.repeat(100_000));
  const response = await target.fetch('/', asBody({ head: {}, chunks, gapMs: 1 }));
  await response.body?.cancel();
  expect(await passUntil(target, ended)).toMatchObject({ error: undefined });
  expect(await eventsOf(target.events, 'log')).toMatchObject([{ line: expect.stringContaining('written') }]);
  expect((await target.fetch('/', asBody({ chunks: ['next'] }))).status).toBe(200);
  expect(target.lambda.coldStarts).toBe(1);
});

test('takes a thousand connections at once', async () => {
  const { url } = await localUrl('index.echo', { authType: 'AWS_IAM' });
  const asked = Array.from({ length: 1000 }, () => plainRequest(url, { agent: false }));
  const statuses = (await Promise.all(asked)).map((response) => response.resume().statusCode);
  expect(statuses).toEqual(Array(1000).fill(403));
});

test('says that its port is in use', async () => {
  const { lambda, url } = await localUrl('index.echo');
  const port = Number(new URL(url).port);
  const second = startFunctionUrl({ function: lambda, authType: 'NONE', invokeMode: 'BUFFERED', port });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
