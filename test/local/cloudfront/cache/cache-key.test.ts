import { expect, test } from 'vitest';
import { answering, ask, type PolicyParts, startEdge, startOrigin } from '../fixture.ts';

type Side = { readonly path?: string; readonly headers?: Record<string, string> };

const ROWS: readonly [fact: string, policy: PolicyParts, first: Side, second: Side, sameObject: boolean][] = [
  ['no query in the key', { query: 'none' }, { path: '/a?x=1' }, { path: '/a?x=2' }, true],
  ['every parameter in the key', { query: 'all' }, { path: '/a?x=1' }, { path: '/a?x=2' }, false],
  ['a listed parameter', { query: ['x'] }, { path: '/a?x=1' }, { path: '/a?x=2' }, false],
  ['a parameter that is not listed', { query: ['x'] }, { path: '/a?x=1&y=1' }, { path: '/a?x=1&y=2' }, true],
  ['paths in another case', {}, { path: '/a' }, { path: '/A' }, false],
  ['a listed header', { headers: ['X-Kind'] }, { headers: { 'x-kind': '1' } }, { headers: { 'x-kind': '2' } }, false],
  ['a header that is not listed', {}, { headers: { 'x-kind': '1' } }, { headers: { 'x-kind': '2' } }, true],
  ['a listed cookie', { cookies: ['a'] }, { headers: { cookie: 'a=1' } }, { headers: { cookie: 'a=2' } }, false],
  ['a cookie not listed', { cookies: ['a'] }, { headers: { cookie: 'b=1' } }, { headers: { cookie: 'b=2' } }, true],
  ['no cookies', { cookies: 'none' }, { headers: { cookie: 'a=1' } }, { headers: { cookie: 'a=2' } }, true],
  [
    'codings that are spelled differently',
    { codings: true },
    { headers: { 'accept-encoding': 'gzip, deflate, br' } },
    { headers: { 'accept-encoding': 'br;q=1.0, gzip;q=0.5' } },
    true,
  ],
  [
    'codings that differ',
    { codings: true },
    { headers: { 'accept-encoding': 'gzip' } },
    { headers: { 'accept-encoding': 'br' } },
    false,
  ],
  [
    'codings where the policy has none',
    {},
    { headers: { 'accept-encoding': 'gzip' } },
    { headers: { 'accept-encoding': 'br' } },
    true,
  ],
  [
    "the viewer's Cache-Control and Pragma",
    {},
    {},
    { headers: { 'cache-control': 'no-cache', pragma: 'no-cache' } },
    true,
  ],
];

test.each(ROWS)('%s', async (_, policy, first, second, sameObject) => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const edge = await startEdge(origin, { policy });
  await ask(edge, first.path ?? '/a', { headers: first.headers ?? {} });
  const again = await ask(edge, second.path ?? '/a', { headers: second.headers ?? {} });
  expect(again.cache).toBe(sameObject ? 'Hit' : 'Miss');
});

test('all-but-listed cookies and parameters are in the key', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }));
  const policy = {
    MinTTL: 0,
    DefaultTTL: 0,
    MaxTTL: 1000,
    ParametersInCacheKeyAndForwardedToOrigin: {
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'allExcept', Cookies: ['tracking'] },
      QueryStringsConfig: { QueryStringBehavior: 'allExcept', QueryStrings: ['utm'] },
    },
  };
  const edge = await startEdge(origin, { resources: { cachePolicies: new Map([['test', policy]]) } });
  await ask(edge, '/a?x=1&utm=a', { headers: { cookie: 'a=1; tracking=1' } });
  expect((await ask(edge, '/a?utm=b&x=1', { headers: { cookie: 'a=1; tracking=2' } })).cache).toBe('Hit');
  expect((await ask(edge, '/a?x=2', { headers: { cookie: 'a=1' } })).cache).toBe('Miss');
  expect((await ask(edge, '/a?x=1', { headers: { cookie: 'a=2' } })).cache).toBe('Miss');
  expect(origin.seen[0]).toMatchObject({ url: '/a?x=1', headers: { cookie: 'a=1' } });
});

test('a HEAD is answered from the object of a GET', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100' }, 'hello'));
  const edge = await startEdge(origin);
  await ask(edge, '/a');
  const head = await ask(edge, '/a', { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, cache: 'Hit', body: '' });
  expect(head.headers['content-length']).toBe('5');
});

test('a GET is not answered from what the origin said to a HEAD', async () => {
  const origin = await startOrigin(answering(200, { 'cache-control': 'max-age=100', 'content-length': 5 }, 'hello'));
  const edge = await startEdge(origin);
  const head = await ask(edge, '/a', { method: 'HEAD' });
  expect(head.headers['content-length']).toBe('5');
  expect(await ask(edge, '/a')).toMatchObject({ cache: 'Miss', body: 'hello' });
  expect(origin.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
});
