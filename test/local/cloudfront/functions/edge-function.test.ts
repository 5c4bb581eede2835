import { expect, test } from 'vitest';
import { LocalDistribution } from '../../../../lib/local/cloudfront/distribution.ts';
import { answering, ask, distributionOptions, startEdge, startOrigin } from '../fixture.ts';

const handler = (body: string) => `function handler(event) { var request = event.request; ${body} return request; }`;
const compileWith = (viewerRequest: string) => () =>
  new LocalDistribution(distributionOptions('http://127.0.0.1:1', { viewerRequest }));

test('a function sees the request as the event of AWS has it', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, {
    viewerRequest: `function handler(event) { return { statusCode: 200, body: JSON.stringify(event) }; }`,
  });
  const reply = await ask(edge, '/a%20b?x=1&x=%32&y', { headers: { cookie: 'c=1; d=2', 'x-own': 'v' } });
  expect(reply).toMatchObject({ status: 200, cache: 'FunctionGeneratedResponse' });
  expect(JSON.parse(reply.body)).toMatchObject({
    version: '1.0',
    context: { distributionDomainName: 'd1.cloudfront.net', distributionId: 'E1', eventType: 'viewer-request' },
    viewer: { ip: '127.0.0.1' },
    request: {
      method: 'GET',
      uri: '/a%20b',
      querystring: { x: { value: '1', multiValue: [{ value: '1' }, { value: '%32' }] }, y: { value: '' } },
      headers: { host: { value: new URL(edge.url).host }, 'x-own': { value: 'v' } },
      cookies: { c: { value: '1' }, d: { value: '2' } },
    },
  });
  expect(origin.seen).toHaveLength(0);
});

test('what a function changes is what cache and origin get', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const edge = await startEdge(origin, {
    policy: { headers: ['x-host'], cookies: ['keep'] },
    viewerRequest: handler(`
      request.uri = '/pages' + request.uri;
      request.querystring = { page: { value: '2' } };
      request.headers['x-host'] = { value: request.headers.host.value };
      request.cookies = { keep: { value: '1' } };`),
  });
  await ask(edge, '/a?utm=1', { headers: { cookie: 'drop=1' } });
  expect(origin.seen[0]).toMatchObject({
    url: '/pages/a?page=2',
    headers: { 'x-host': new URL(edge.url).host, cookie: 'keep=1' },
  });
  expect((await ask(edge, '/a?utm=2')).cache).toBe('Hit');
});

test('a function may answer by itself, with headers and cookies', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, {
    viewerRequest: `function handler() { return {
      statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/b' } },
      cookies: { a: { value: '1', attributes: 'Path=/; Secure' } },
      body: { encoding: 'base64', data: 'aGk=' } }; }`,
  });
  const reply = await ask(edge, '/a');
  expect(reply).toMatchObject({ status: 302, body: 'hi' });
  expect(reply.headers).toMatchObject({ location: '/b', 'set-cookie': ['a=1; Path=/; Secure'] });
});

test('the runtime has async functions, crypto, Buffer and the raw query', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, {
    viewerRequest: `import cf from 'cloudfront';
      import crypto from 'crypto';
      const same = require('crypto');
      async function digest(text) { return crypto.createHash('sha256').update(text).digest('hex'); }
      async function handler(event) {
        const hash = await digest('a');
        return { statusCode: 200, body: [hash, Buffer.from('hi').toString('base64'), event.request.rawQueryString(),
          typeof cf.kvs, same === crypto].join(' ') };
      }`,
  });
  const sha256 = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';
  expect((await ask(edge, '/a?b=%31')).body).toBe(`${sha256} aGk= b=%31 function true`);
});

test('a function may choose another origin by its id', async () => {
  const main = await startOrigin(answering(200, {}, 'main'));
  const other = await startOrigin(answering(200, {}, 'other'));
  const edge = await startEdge(main, {
    origins: { other },
    viewerRequest: `import cf from 'cloudfront';\n${handler(`cf.selectRequestOriginById('other');`)}`,
  });
  expect((await ask(edge, '/a')).body).toBe('other');
});

test.each([
  ['throws', handler(`throw new Error('boom');`), 'boom'],
  ['rejects', `async function handler() { throw new Error('boom'); }`, 'boom'],
  ['never ends', handler('while (true) {}'), 'timed out'],
  ['calls eval', handler(`eval('1');`), 'Code generation from strings disallowed'],
  ['makes a function from text', handler(`new Function('return 1')();`), 'Code generation from strings disallowed'],
  ['loads a module that the runtime lacks', handler(`require('fs');`), 'Cannot load module "fs"'],
  ['uses Map', handler('new Map();'), 'Map is not defined'],
  ['sets a timer', handler('setTimeout(function () {}, 1);'), 'setTimeout is not defined'],
  ['reads a key value store', `import cf from 'cloudfront';\n${handler('cf.kvs();')}`, 'cf.kvs is not implemented'],
])('a function that %s is a 503', async (_, viewerRequest, reason) => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { viewerRequest });
  const reply = await ask(edge, '/a');
  expect(reply).toMatchObject({ status: 503, cache: 'FunctionExecutionError' });
  expect(edge.events).toContainEqual(
    expect.objectContaining({ kind: 'log', functionName: 'viewer-request', line: expect.stringContaining(reason) }),
  );
});

test.each([
  ['nothing', `function handler() {}`],
  ['a text', `function handler() { return 'x'; }`],
  ['a uri that is not absolute', handler(`request.uri = 'a';`)],
  ['a uri that is not encoded', handler(`request.uri = '/caf\\u00e9';`)],
  ['another method', handler(`request.method = 'POST';`)],
  ['another host', handler(`request.headers.host = { value: 'x' };`)],
  ['no host', handler(`delete request.headers.host;`)],
  ['a Connection header', handler(`request.headers.connection = { value: 'close' };`)],
  ['an x-cache header', handler(`request.headers['x-cache'] = { value: 'Hit' };`)],
  ['an x-amz-cf-* header', handler(`request.headers['x-amz-cf-x'] = { value: '1' };`)],
  ['an x-edge-* header', handler(`request.headers['x-edge-x'] = { value: '1' };`)],
  ['a header in capitals', handler(`request.headers['X-Own'] = { value: '1' };`)],
  ['a header that is a text', handler(`request.headers['x-own'] = '1';`)],
  ['a header with a line break', handler(`request.headers['x-own'] = { value: 'a\\nb' };`)],
  ['a status that is a text', `function handler() { return { statusCode: '200' }; }`],
  ['a status out of range', `function handler() { return { statusCode: 99 }; }`],
  ['a body that is too long', `function handler() { return { statusCode: 200, body: 'x'.repeat(41000) }; }`],
])('a function that returns %s is a 502', async (_, viewerRequest) => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { viewerRequest });
  expect(await ask(edge, '/a')).toMatchObject({ status: 502, cache: 'FunctionValidationError' });
  expect(origin.seen).toHaveLength(0);
});

test('a function that leaves headers alone which it may not change is fine', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { viewerRequest: handler('') });
  const headers = { via: '1.1 proxy', connection: 'close', 'x-real-ip': '192.0.2.1' };
  expect((await ask(edge, '/a', { headers })).status).toBe(200);
});

const RESPONSE = `function handler(event) {
  var response = event.response;
  delete response.headers['cache-tag'];
  response.headers['x-status'] = { value: String(response.statusCode) };
  response.headers['x-uri'] = { value: event.request.uri };
  return response;
}`;

test('a viewer-response function changes what the viewer gets, of misses, hits and 304s', async () => {
  const origin = await startOrigin(
    answering(200, { 'cache-control': 'max-age=100', 'cache-tag': 'a', etag: '"1"' }, 'hello'),
  );
  const edge = await startEdge(origin, { viewerResponse: RESPONSE, viewerRequest: handler(`request.uri = '/b';`) });
  for (const cache of ['Miss', 'Hit']) {
    const reply = await ask(edge, '/a');
    expect(reply).toMatchObject({ cache, body: 'hello', headers: { 'x-status': '200', 'x-uri': '/b' } });
    expect(reply.headers['cache-tag']).toBeUndefined();
  }
  const notModified = await ask(edge, '/a', { headers: { 'if-none-match': '"1"' } });
  expect(notModified).toMatchObject({ status: 304, headers: { 'x-status': '304' } });
});

test.each([400, 404, 500])('a viewer-response function is not run for %i', async (status) => {
  const origin = await startOrigin(answering(status, {}));
  const edge = await startEdge(origin, { viewerResponse: RESPONSE });
  expect((await ask(edge, '/a')).headers['x-status']).toBeUndefined();
});

test.each([
  ['adds Connection', `event.response.headers.connection = { value: 'close' };`],
  ['changes Via', `event.response.headers.via = { value: 'x' };`],
])('a viewer-response function that %s is a 502', async (_, change) => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, {
    viewerResponse: `function handler(event) { ${change} return event.response; }`,
  });
  expect((await ask(edge, '/a')).status).toBe(502);
});

test('headers that a viewer-response function may not see go on to the viewer', async () => {
  const origin = await startOrigin(answering(200, { 'x-amzn-requestid': 'r1' }));
  const edge = await startEdge(origin, {
    viewerResponse: `function handler(event) {
      event.response.headers['x-seen'] = { value: String('x-amzn-requestid' in event.response.headers) };
      return event.response;
    }`,
  });
  expect((await ask(edge, '/a')).headers).toMatchObject({ 'x-amzn-requestid': 'r1', 'x-seen': 'false' });
});

test('the cookies of a response are in the event, and go on', async () => {
  const origin = await startOrigin(answering(200, { 'set-cookie': ['a=1; Path=/', 'b=2'] }));
  const edge = await startEdge(origin, {
    policy: { cookies: 'all' },
    viewerResponse: `function handler(event) { event.response.cookies.b.value = '3'; return event.response; }`,
  });
  expect((await ask(edge, '/a')).headers['set-cookie']).toEqual(['a=1; Path=/', 'b=3']);
});

test.each([
  ['destructuring', 'var { uri } = request;'],
  ['spread in calls', 'Math.max(...[1]);'],
  ['spread in arrays', 'var a = [...[1]];'],
  ['spread in objects', 'var a = { ...request };'],
  ['for-of loops', 'for (var a of []) {}'],
  ['classes', 'class A {}'],
  ['default parameters', 'function f(a = 1) {}'],
  ['optional chaining', 'request?.uri;'],
  ['nullish coalescing', 'request ?? 1;'],
  ['logical assignment', 'request.a ||= 1;'],
  ['generators', 'function* f() {}'],
  ['catch without a binding', 'try {} catch {}'],
  ['shorthand properties', 'var a = { request };'],
  ['BigInt', 'var a = 1n;'],
  ['lookbehind', '/(?<=a)b/.test("");'],
  ['the regular expression flag s', '/a/s.test("");'],
  ['a syntax error', 'var = 1;'],
])('the stack is not built when a function uses %s', (named, statement) => {
  expect(compileWith(handler(statement))).toThrow(named);
});

test('what the runtime documents is accepted', () => {
  const code = handler(`
    const list = [1, 2].map((a) => a ** 2);
    let text = \`a\${list.join()} ...b\`;
    function sum(...numbers) { return numbers.length; }
    const tail = (a, ...rest) => rest;
    const named = /(?<year>\\d+)/.exec('2026');
    const o = { get x() { return 1; }, 'y': text.includes('a'), z: text.padStart(3) };
    const bytes = new Uint8Array(2);
    for (var key in o) { if (key === 'x') continue; }
    sum(1); tail(1, 2);`);
  expect(compileWith(code)).not.toThrow();
});

test('the stack is not built when a function is larger than 10 KB', () => {
  expect(compileWith(handler(`var a = '${'x'.repeat(10_240)}';`))).toThrow(
    /has \d+ bytes of code; CloudFront takes at most 10240/,
  );
});

test('the stack is not built when a function has no handler, or fails while it is loaded', () => {
  expect(compileWith('var a = 1;')).toThrow("there is no function named 'handler'");
  expect(compileWith(`${handler('')} missing();`)).toThrow('missing is not defined');
});
