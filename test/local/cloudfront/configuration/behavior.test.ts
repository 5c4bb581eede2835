import { expect, test } from 'vitest';
import { LocalDistribution } from '../../../../lib/local/cloudfront/distribution.ts';
import { answering, ask, distributionOptions, startEdge, startOrigin } from '../fixture.ts';

const EVERY_METHOD = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

test.each([
  ['/images/a.png', 'images/*', true],
  ['/images/', '/images/*', true],
  ['/images', '/images/*', false],
  ['/Images/a.png', '/images/*', false],
  ['/a/b/c.js', '*.js', true],
  ['/a.jsx', '*.js', false],
  ['/a1.css', '/a?.css', true],
  ['/a.css', '/a?.css', false],
  ['/a.css', '/a*.css', true],
  ['/%61bc', '/abc', true],
  ['/a/x/../b', '/a/b', true],
  ['//a//b', '/a/b', true],
  ['/a%2Fb', '/a/b', false],
  ['/caf%c3%a9', '/caf%C3%A9', true],
])('the path %s meets the pattern %s: %s', async (path, pattern, isMatch) => {
  const main = await startOrigin(answering(200, {}, 'default'));
  const other = await startOrigin(answering(200, {}, 'matched'));
  const edge = await startEdge(main, {
    origins: { other },
    behaviors: [{ PathPattern: pattern, TargetOriginId: 'other' }],
  });
  expect((await ask(edge, path)).body).toBe(isMatch ? 'matched' : 'default');
});

test('the first pattern that matches wins', async () => {
  const main = await startOrigin(answering(200, {}, 'default'));
  const first = await startOrigin(answering(200, {}, 'first'));
  const second = await startOrigin(answering(200, {}, 'second'));
  const edge = await startEdge(main, {
    origins: { first, second },
    behaviors: [
      { PathPattern: '/a/*', TargetOriginId: 'first' },
      { PathPattern: '/a/b*', TargetOriginId: 'second' },
    ],
  });
  expect((await ask(edge, '/a/b')).body).toBe('first');
});

test('the behavior is chosen by the path of the viewer, whatever a function makes of it', async () => {
  const main = await startOrigin(answering(200, {}, 'default'));
  const other = await startOrigin(answering(200, {}, 'other'));
  const edge = await startEdge(main, {
    origins: { other },
    behaviors: [{ PathPattern: '/other/*', TargetOriginId: 'other' }],
    viewerRequest: `function handler(event) { event.request.uri = '/other/a'; return event.request; }`,
  });
  expect((await ask(edge, '/a')).body).toBe('default');
  expect(main.seen[0]?.url).toBe('/other/a');
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
  '%s is refused where only reads are allowed',
  async (method) => {
    const origin = await startOrigin();
    const edge = await startEdge(origin);
    const refused = await ask(edge, '/a', { method });
    expect(refused).toMatchObject({ status: 403, cache: 'Error' });
    expect(refused.body).toContain(
      'This distribution is not configured to allow the HTTP request method that was used for this request.',
    );
    expect(origin.seen).toHaveLength(0);
  },
);

test('a GET with a body is refused', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin);
  expect((await ask(edge, '/a', { body: 'x', headers: { 'content-length': 1 } })).status).toBe(403);
});

test('a POST goes through with its body and is never cached', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }, 'posted'));
  const edge = await startEdge(origin, { behavior: { AllowedMethods: EVERY_METHOD } });
  await ask(edge, '/a', {
    method: 'POST',
    body: 'a=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const again = await ask(edge, '/a', { method: 'POST', body: 'a=2' });
  expect(again.cache).toBe('Miss');
  expect(origin.seen.map(({ body }) => body)).toEqual(['a=1', 'a=2']);
  expect(origin.seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
});

test('OPTIONS is cached where the behavior says so', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const methods = ['GET', 'HEAD', 'OPTIONS'];
  const edge = await startEdge(origin, { behavior: { AllowedMethods: methods, CachedMethods: methods } });
  await ask(edge, '/a', { method: 'OPTIONS' });
  expect((await ask(edge, '/a', { method: 'OPTIONS' })).cache).toBe('Hit');
  expect((await ask(edge, '/a')).cache).toBe('Miss');
});

test('the root is the default root object, and no other folder is', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { config: { DefaultRootObject: 'index.html' } });
  await ask(edge, '/');
  await ask(edge, '/blog/');
  expect(origin.seen.map(({ url }) => url)).toEqual(['/index.html', '/blog/']);
});

test('an error gets the page and the status that the distribution has for it', async () => {
  const origin = await startOrigin((request, reply) => {
    if (request.url === '/404.html') answering(200, { 'content-type': 'text/html' }, 'not here')(request, reply);
    else answering(403, {}, 'denied')(request, reply);
  });
  const CustomErrorResponses = [{ ErrorCode: 403, ResponseCode: 404, ResponsePagePath: '/404.html' }];
  const edge = await startEdge(origin, { config: { CustomErrorResponses } });
  const shown = await ask(edge, '/missing?x=1');
  expect(shown).toMatchObject({ status: 404, body: 'not here', cache: 'Error' });
  expect(shown.headers['content-type']).toBe('text/html');
});

test('an error whose page is missing too is shown as it is', async () => {
  const origin = await startOrigin(answering(403, {}, 'denied'));
  const CustomErrorResponses = [{ ErrorCode: 403, ResponseCode: 404, ResponsePagePath: '/404.html' }];
  const edge = await startEdge(origin, { config: { CustomErrorResponses } });
  expect(await ask(edge, '/missing')).toMatchObject({ status: 403, body: 'denied' });
});

test.each([
  ['/a//b', '/a//b'],
  ['//evil.example/x', '//evil.example/x'],
  ['/a/../b', '/a/../b'],
  ['/a%2Fb', '/a%2Fb'],
  ['/a%00', '/a%00'],
  ['/caf%C3%A9', '/caf%C3%A9'],
  ['/a?b=%20&c=+&d', '/a?b=%20&c=+&d'],
  ['/a?', '/a'],
  ['/a?b?c', '/a?b?c'],
])('the request target %s reaches function and origin unchanged', async (target, expected) => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, {
    viewerRequest: `function handler(event) { event.request.headers['x-uri'] = { value: event.request.uri }; return event.request; }`,
    policy: { headers: ['x-uri'] },
  });
  await ask(edge, target);
  expect(origin.seen[0]?.url).toBe(expected);
  expect(origin.seen[0]?.headers['x-uri']).toBe(expected.split('?')[0]);
});

test.each<[string, object, string]>([
  ['geo restrictions', { Restrictions: { GeoRestriction: {} } }, 'DistributionConfig.Restrictions'],
  ['staging', { Staging: true }, 'DistributionConfig.Staging'],
])('refuses %s, which it does not emulate', (_, config, named) => {
  const options = distributionOptions('http://127.0.0.1:1', { config });
  expect(() => new LocalDistribution(options)).toThrow(`'${named}' is not implemented by the local CloudFront`);
});

test.each<[string, object, string]>([
  ['Lambda@Edge', { LambdaFunctionAssociations: [{}] }, 'DefaultCacheBehavior.LambdaFunctionAssociations'],
  ['signed URLs', { TrustedKeyGroups: ['k'] }, 'DefaultCacheBehavior.TrustedKeyGroups'],
  ['legacy forwarding', { ForwardedValues: {} }, 'DefaultCacheBehavior.ForwardedValues'],
])('refuses %s, which it does not emulate', (_, behavior, named) => {
  const options = distributionOptions('http://127.0.0.1:1', { behavior });
  expect(() => new LocalDistribution(options)).toThrow(`'${named}' is not implemented by the local CloudFront`);
});

test('ignores on purpose what has no meaning on one machine', () => {
  const options = distributionOptions('http://127.0.0.1:1', {
    config: { PriceClass: 'PriceClass_100', HttpVersion: 'http3', IPV6Enabled: true, Comment: 'c', WebACLId: 'w' },
    behavior: { Compress: true, SmoothStreaming: false, LambdaFunctionAssociations: [] },
  });
  expect(() => new LocalDistribution(options)).not.toThrow();
});

test('reports every fault at once', () => {
  const options = distributionOptions('http://127.0.0.1:1', {
    behavior: { CachePolicyId: 'unknown', TargetOriginId: 'nowhere' },
    config: { Staging: true },
  });
  expect(() => new LocalDistribution(options)).toThrow(
    /cannot run distribution 'E1' locally: .*Staging.*TargetOriginId' names no origin: 'nowhere'.*CachePolicyId' names no policy/,
  );
});

test('refuses methods that AWS refuses', () => {
  const options = distributionOptions('http://127.0.0.1:1', { behavior: { AllowedMethods: ['GET', 'HEAD', 'POST'] } });
  expect(() => new LocalDistribution(options)).toThrow("'DefaultCacheBehavior.AllowedMethods' must be GET and HEAD");
});
