import { expect, test, vi } from 'vitest';
import { LocalDistribution } from '../../../../lib/local/cloudfront/distribution.ts';
import {
  ALL_VIEWER_EXCEPT_HOST,
  answering,
  ask,
  CACHING_DISABLED,
  distributionOptions,
  type EdgeSetup,
  holdReplies,
  startEdge,
  startOrigin,
} from '../fixture.ts';

const EVERY_METHOD = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];
const LIVE = {
  AllowedMethods: EVERY_METHOD,
  CachePolicyId: CACHING_DISABLED,
  OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
};

test('the origin sees its own name as Host, and who asks through what', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin);
  await ask(edge, '/a', { headers: { 'x-forwarded-for': '192.0.2.1', 'user-agent': 'browser' } });
  expect(origin.seen[0]?.headers).toMatchObject({
    host: 'main.example.com',
    via: '1.1 d1.cloudfront.net (CloudFront)',
    'user-agent': 'Amazon CloudFront',
    'x-forwarded-for': '192.0.2.1, 127.0.0.1',
    'x-amz-cf-id': expect.stringMatching(/./),
  });
});

test('nothing of the viewer reaches the origin that no policy names', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { policy: { query: 'none' } });
  const headers = { cookie: 'a=1', authorization: 'Bearer x', 'x-own': '1', accept: 'text/html' };
  await ask(edge, '/a?b=1', { headers });
  expect(origin.seen[0]?.url).toBe('/a');
  for (const name of Object.keys(headers)) expect(origin.seen[0]?.headers[name]).toBeUndefined();
});

test('AllViewerExceptHostHeader forwards everything but Host', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, { behavior: LIVE });
  const headers = { cookie: 'a=1; b=2', authorization: 'Bearer x', 'x-own': '1', 'user-agent': 'browser' };
  await ask(edge, '/a?b=1&c', { headers });
  expect(origin.seen[0]?.url).toBe('/a?b=1&c');
  expect(origin.seen[0]?.headers).toMatchObject({ ...headers, host: 'main.example.com' });
});

test('a custom origin request policy forwards what it lists without putting it in the key', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const policy = {
    HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['X-Own', 'CloudFront-Forwarded-Proto'] },
    CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['a'] },
    QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['y'] },
  };
  const edge = await startEdge(origin, {
    policy: { query: ['x'] },
    behavior: { OriginRequestPolicyId: 'own' },
    resources: { originRequestPolicies: new Map([['own', policy]]) },
  });
  await ask(edge, '/a?y=1&x=1&z=1', { headers: { 'x-own': '1', cookie: 'a=1; b=1' } });
  expect(origin.seen[0]).toMatchObject({
    url: '/a?y=1&x=1',
    headers: { 'x-own': '1', cookie: 'a=1', 'cloudfront-forwarded-proto': 'https' },
  });
  expect((await ask(edge, '/a?y=2&x=1', { headers: { 'x-own': '2', cookie: 'a=2' } })).cache).toBe('Hit');
});

test("a custom header of the origin takes the place of the viewer's", async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, {
    behavior: LIVE,
    origin: { OriginCustomHeaders: [{ HeaderName: 'X-Secret', HeaderValue: 'real' }], OriginPath: '/base' },
  });
  await ask(edge, '/a', { headers: { 'x-secret': 'forged' } });
  expect(origin.seen[0]).toMatchObject({ url: '/base/a', headers: { 'x-secret': 'real' } });
});

const lambdaAccess = (SigningBehavior = 'always'): EdgeSetup => ({
  behavior: LIVE,
  origin: { OriginAccessControlId: 'oac' },
  resources: {
    originAccessControls: new Map([
      ['oac', { OriginAccessControlOriginType: 'lambda', SigningBehavior, SigningProtocol: 'sigv4' }],
    ]),
  },
});

test("origin access control signs the request over the viewer's Authorization", async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, lambdaAccess());
  await ask(edge, '/a', { headers: { authorization: 'Bearer mine' } });
  expect(origin.seen[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=local\/20261122\/.*\/lambda\//);
});

test("with no-override the viewer's Authorization stays", async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, lambdaAccess('no-override'));
  await ask(edge, '/a', { headers: { authorization: 'Bearer mine' } });
  expect(origin.seen[0]?.headers.authorization).toBe('Bearer mine');
});

test('a body without its hash does not get through origin access control to Lambda', async () => {
  const origin = await startOrigin();
  const edge = await startEdge(origin, lambdaAccess());
  expect((await ask(edge, '/a', { method: 'POST', body: 'a=1' })).status).toBe(403);
  expect((await ask(edge, '/a', { method: 'POST' })).status).toBe(200);
  const headers = { 'x-amz-content-sha256': 'abc' };
  expect((await ask(edge, '/a', { method: 'POST', body: 'a=1', headers })).status).toBe(200);
});

test('an origin that refuses the connection is a 502, cached for 10 s', async () => {
  const edge = await startEdge({ url: 'http://127.0.0.1:1' });
  expect(await ask(edge, '/a')).toMatchObject({ status: 502, cache: 'Error' });
  const [object] = edge.distribution.cachedObjects();
  expect(object).toMatchObject({ status: 502, ttlSeconds: 10 });
});

test("the viewer's own origin is https for origins and functions, and its redirects http for the viewer", async () => {
  const origin = await startOrigin((request, reply) => {
    reply.writeHead(302, { location: `https://${request.headers['x-host']}/b` }).end();
  });
  const edge = await startEdge(origin, { behavior: LIVE });
  const { host } = new URL(edge.url);
  const headers = { origin: edge.url, referer: `${edge.url}/form`, 'x-host': host };
  const reply = await ask(edge, '/a', { method: 'POST', headers });
  expect(origin.seen[0]?.headers).toMatchObject({ origin: `https://${host}`, referer: `https://${host}/form` });
  expect(reply.headers.location).toBe(`${edge.url}/b`);
});

test('other origins and redirects to elsewhere stay as they are', async () => {
  const origin = await startOrigin(answering(302, { location: 'https://elsewhere.example/b' }));
  const edge = await startEdge(origin, { behavior: LIVE });
  const headers = { origin: 'http://elsewhere.example', referer: `${edge.url}0/a` };
  const reply = await ask(edge, '/a', { headers });
  expect(origin.seen[0]?.headers).toMatchObject(headers);
  expect(reply.headers.location).toBe('https://elsewhere.example/b');
});

const S3 = { S3OriginConfig: { OriginAccessIdentity: '' } };

test('an S3 origin is asked path-style for the decoded key that the bucket policy allows', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=30' }, 'stored'));
  const canRead = vi.fn((_: string, key: string) => key.startsWith('public/'));
  const edge = await startEdge({ url: `${origin.url}/bucket` }, { origin: S3, resources: { canRead } });
  expect((await ask(edge, '/public/caf%C3%A9.html')).body).toBe('stored');
  expect(origin.seen[0]?.url).toBe('/bucket/public/caf%C3%A9.html');
  expect((await ask(edge, '/_isr/ledger.json')).status).toBe(403);
  expect(canRead.mock.calls).toEqual([
    ['main', 'public/café.html'],
    ['main', '_isr/ledger.json'],
  ]);
  expect(origin.seen).toHaveLength(1);
});

test('a missing key is 403: the distribution may not list the bucket', async () => {
  const origin = await startOrigin(answering(404, {}, 'NoSuchKey'));
  const edge = await startEdge(origin, { origin: S3 });
  const reply = await ask(edge, '/missing');
  expect(reply).toMatchObject({ status: 403 });
  expect(reply.body).toContain('<Code>AccessDenied</Code>');
});

const GROUP = {
  OriginGroups: {
    Items: [
      {
        Id: 'group',
        FailoverCriteria: { StatusCodes: { Items: [403, 500, 503, 504] } },
        Members: { Items: [{ OriginId: 'main' }, { OriginId: 'second' }] },
      },
    ],
  },
};

async function startGroup(first: { readonly url: string }, setup: EdgeSetup = {}) {
  const second = await startOrigin(answering(200, { 'cache-control': 'max-age=50' }, 'second'));
  const edge = await startEdge(first, {
    ...setup,
    config: GROUP,
    behavior: { TargetOriginId: 'group', AllowedMethods: ['GET', 'HEAD', 'OPTIONS'], ...setup.behavior },
    origins: { second: { url: second.url, config: { OriginPath: '/copy' } } },
  });
  return { edge, second };
}

test.each([500, 503, 403])(
  'a group fails over on %i, and the response is cached by its own headers',
  async (status) => {
    const first = await startOrigin(answering(status, { 'cache-control': 'max-age=5' }, 'first'));
    const { edge, second } = await startGroup(first);
    expect(await ask(edge, '/a')).toMatchObject({ status: 200, body: 'second', cache: 'Miss' });
    edge.passSeconds(49);
    expect((await ask(edge, '/a')).cache).toBe('Hit');
    expect(second.seen.map(({ url }) => url)).toEqual(['/copy/a']);
  },
);

test.each([404, 429, 502])('a group does not fail over on %i, which it does not list', async (status) => {
  const first = await startOrigin(answering(status, {}, 'first'));
  const { edge } = await startGroup(first);
  expect((await ask(edge, '/a')).status).toBe(status);
});

test('a refused connection counts as 503 and a timeout as 504', async () => {
  const refused = await startGroup({ url: 'http://127.0.0.1:1' });
  expect((await ask(refused.edge, '/a')).body).toBe('second');
  const silent = await startOrigin();
  const held = holdReplies(silent);
  const late = await startGroup(silent, { origin: { ConnectionAttempts: 1 } });
  const reply = ask(late.edge, '/a');
  await held.next();
  late.edge.passSeconds(30);
  expect((await reply).body).toBe('second');
});

test.each(['HEAD', 'OPTIONS'])('%s fails over too', async (method) => {
  const first = await startOrigin(answering(500, {}));
  const { edge, second } = await startGroup(first);
  expect((await ask(edge, '/a', { method })).status).toBe(200);
  expect(second.seen[0]?.method).toBe(method);
});

test('a POST that a function sends to a group does not fail over', async () => {
  const first = await startOrigin(answering(500, {}, 'first'));
  const { edge, second } = await startGroup(first, {
    behavior: { TargetOriginId: 'main', AllowedMethods: EVERY_METHOD },
    viewerRequest: `import cf from 'cloudfront';
      function handler(event) { cf.selectRequestOriginById('group'); return event.request; }`,
  });
  expect((await ask(edge, '/a', { method: 'POST' })).body).toBe('first');
  expect(second.seen).toHaveLength(0);
});

test('a behavior in front of a group may not allow POST, in the words of AWS', () => {
  const options = distributionOptions('http://127.0.0.1:1', {
    config: GROUP,
    behavior: { TargetOriginId: 'group', AllowedMethods: EVERY_METHOD },
    origins: { second: { url: 'http://127.0.0.1:1' } },
  });
  expect(() => new LocalDistribution(options)).toThrow(
    'The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group.',
  );
});
