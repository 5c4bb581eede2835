import type { ServerResponse } from 'node:http';
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startCloudFrontApi } from '../../../lib/local/cloudfront/api.ts';
import type { LocalEvent } from '../../../lib/local/events.ts';
import { answering, ask, type EdgeSetup, startEdge, startOrigin, type TestEdge } from './fixture.ts';

const TAGS = { config: { CacheTagConfig: { HeaderName: 'Cache-Tag' } } };
const tagged = (tags: string) =>
  answering(200, { 'cache-control': 'max-age=100, stale-while-revalidate=100', 'cache-tag': tags });

async function startCached(setup: EdgeSetup = TAGS) {
  const origin = await startOrigin(tagged('post-1, Author:Bob'));
  const edge = await startEdge(origin, setup);
  return { origin, edge };
}

const cacheOf = (edge: TestEdge, path: string) => ask(edge, path).then(({ cache }) => cache);

describe('an invalidation', () => {
  test.each<[item: string, path: string, removed: boolean]>([
    ['/a', '/a', true],
    ['/a', '/a/b', false],
    ['/a', '/A', false],
    ['/a', '/a?x=1', false],
    ['/a?x=1', '/a?x=1', true],
    ['/a*', '/a?x=1', true],
    ['/a/*', '/a/b/c', true],
    ['/a/*', '/a', false],
    ['/*', '/a', true],
    ['*', '/a', true],
    ['/a*c', '/abc', false],
    ['/a*c', '/a*c', true],
    ['/a.b', '/axb', false],
    ['#post-1', '/a', true],
    ['#POST-1', '/a', true],
    ['#author:bob', '/a', true],
    ['#post', '/a', false],
    ['#post-2', '/a', false],
  ])('of %s: %s removed is %s', async (item, path, removed) => {
    const { edge } = await startCached();
    await ask(edge, path);
    expect(edge.distribution.invalidate([item], 'ref').removed).toBe(removed ? 1 : 0);
    expect(await cacheOf(edge, path)).toBe(removed ? 'Miss' : 'Hit');
  });

  test('removes every variant of a tagged object', async () => {
    const { edge } = await startCached({ ...TAGS, policy: { headers: ['x-kind'] } });
    await ask(edge, '/a?x=1');
    await ask(edge, '/a?x=2');
    await ask(edge, '/a', { headers: { 'x-kind': '1' } });
    expect(edge.distribution.invalidate(['#post-1'], 'ref').removed).toBe(3);
  });

  test('looks at the path that the function made, not at that of the viewer', async () => {
    const viewerRequest = `function handler(event) { event.request.uri = '/pages' + event.request.uri; return event.request; }`;
    const { edge } = await startCached({ ...TAGS, viewerRequest });
    await ask(edge, '/a');
    expect(edge.distribution.invalidate(['/a'], 'viewer').removed).toBe(0);
    expect(edge.distribution.invalidate(['/pages/a'], 'function').removed).toBe(1);
  });

  test('removes stale objects, so that no viewer sees them again', async () => {
    const { origin, edge } = await startCached();
    await ask(edge, '/a');
    edge.clock.advance(150);
    edge.distribution.invalidate(['#post-1'], 'ref');
    origin.answer = answering(200, {}, 'new');
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Miss', body: 'new' });
  });

  test('is an event with the number of objects removed', async () => {
    const { edge } = await startCached();
    await ask(edge, '/a');
    edge.distribution.invalidate(['/a', '/b'], 'ref');
    expect(edge.events).toContainEqual({ kind: 'invalidation', at: edge.clock.now(), items: ['/a', '/b'], removed: 1 });
  });
});

test('an object keeps its first 50 tags, and no tag over 256 characters', async () => {
  const long = 'x'.repeat(257);
  const tags = [long, ...Array.from({ length: 51 }, (_, index) => `t${index}`)].join(',');
  const origin = await startOrigin(tagged(tags));
  const edge = await startEdge(origin, TAGS);
  await ask(edge, '/a');
  const [object] = edge.distribution.cachedObjects();
  expect(object?.tags).toHaveLength(50);
  expect(edge.distribution.invalidate(['#t50'], 'extra').removed).toBe(0);
  expect(edge.distribution.invalidate(['#t49'], 'kept').removed).toBe(1);
});

test('without CacheTagConfig there are no tags', async () => {
  const { edge } = await startCached({});
  await ask(edge, '/a');
  expect([...edge.distribution.cachedObjects()][0]?.tags).toEqual([]);
  expect(() => edge.distribution.invalidate(['#post-1'], 'ref')).toThrow('the distribution has no CacheTagConfig');
});

test('a 304 changes headers and not tags', async () => {
  const cacheControl = 'max-age=10';
  const origin = await startOrigin(answering(200, { 'cache-control': cacheControl, etag: '"1"', 'cache-tag': 'old' }));
  const edge = await startEdge(origin, TAGS);
  await ask(edge, '/a');
  edge.clock.advance(11);
  origin.answer = answering(304, { 'cache-control': cacheControl, etag: '"1"', 'cache-tag': 'new' });
  await ask(edge, '/a');
  expect([...edge.distribution.cachedObjects()][0]?.tags).toEqual(['old']);
});

test.each(['/a', '#post-1'])(
  'an answer that was asked for before an invalidation of %s is not cached',
  async (item) => {
    const { origin, edge } = await startCached();
    const held: ServerResponse[] = [];
    origin.answer = (_, reply) => held.push(reply);
    const early = ask(edge, '/a');
    await vi.waitFor(() => expect(held).toHaveLength(1));
    edge.distribution.invalidate([item], 'ref');
    const late = ask(edge, '/a');
    await vi.waitFor(() => expect(held, 'who asks after it does not wait for the old answer').toHaveLength(2));
    const headers = { 'cache-control': 'max-age=100', 'cache-tag': 'post-1' };
    held[1]?.writeHead(200, headers).end('new');
    expect((await late).body).toBe('new');
    held[0]?.writeHead(200, headers).end('old');
    expect((await early).body).toBe('old');
    expect(await ask(edge, '/a')).toMatchObject({ cache: 'Hit', body: 'new' });
  },
);

test('a background revalidation does not bring back what was invalidated meanwhile', async () => {
  const { origin, edge } = await startCached();
  await ask(edge, '/a');
  edge.clock.advance(150);
  const held: ServerResponse[] = [];
  origin.answer = (_, reply) => held.push(reply);
  await ask(edge, '/a');
  await vi.waitFor(() => expect(held).toHaveLength(1));
  edge.distribution.invalidate(['#post-1'], 'ref');
  held[0]?.writeHead(304).end();
  await edge.distribution.settled();
  expect([...edge.distribution.cachedObjects()]).toEqual([]);
});

async function startApi() {
  const { origin, edge } = await startCached();
  const events: LocalEvent[] = [];
  const distributions = new Map([['E1', edge.distribution]]);
  const api = await startCloudFrontApi({ distributions, clock: edge.clock, onEvent: (event) => events.push(event) });
  onTestFinished(() => api.stop());
  const client = new CloudFrontClient({
    endpoint: api.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const create = (items: string[], reference = 'ref', quantity = items.length, id = 'E1') =>
    client.send(
      new CreateInvalidationCommand({
        DistributionId: id,
        InvalidationBatch: { CallerReference: reference, Paths: { Quantity: quantity, Items: items } },
      }),
    );
  return { origin, edge, api, client, create, events };
}

describe('the API', () => {
  test('creates an invalidation of paths and tags for the SDK', async () => {
    const { edge, create, client, events } = await startApi();
    await ask(edge, '/a?x=1&y=2');
    const { Invalidation, Location } = await create(['/a?x=1&y=2', '#none']);
    expect(Invalidation).toMatchObject({
      Status: 'InProgress',
      CreateTime: new Date(edge.clock.now()),
      InvalidationBatch: { CallerReference: 'ref', Paths: { Quantity: 2, Items: ['/a?x=1&y=2', '#none'] } },
    });
    expect(Location).toContain(`/2020-05-31/distribution/E1/invalidation/${Invalidation?.Id}`);
    expect(await cacheOf(edge, '/a?x=1&y=2')).toBe('Miss');
    const later = await client.send(new GetInvalidationCommand({ DistributionId: 'E1', Id: Invalidation?.Id ?? '' }));
    expect(later.Invalidation).toMatchObject({ Id: Invalidation?.Id, Status: 'Completed' });
    expect(events).toMatchObject([
      { kind: 'api-call', service: 'cloudfront', action: 'CreateInvalidation', resource: 'E1', status: 201 },
      { kind: 'api-call', service: 'cloudfront', action: 'GetInvalidation', resource: 'E1', status: 200 },
    ]);
  });

  test('lists invalidations, the newest first, page by page', async () => {
    const { create, client } = await startApi();
    for (const reference of ['1', '2', '3']) await create([`/${reference}`], reference);
    const all = (await client.send(new ListInvalidationsCommand({ DistributionId: 'E1' }))).InvalidationList;
    expect(all).toMatchObject({ Quantity: 3, IsTruncated: false });
    const first = await client.send(new ListInvalidationsCommand({ DistributionId: 'E1', MaxItems: 2 }));
    expect(first.InvalidationList).toMatchObject({ Quantity: 2, IsTruncated: true });
    const Marker = first.InvalidationList?.NextMarker;
    const rest = await client.send(new ListInvalidationsCommand({ DistributionId: 'E1', MaxItems: 2, Marker }));
    expect(rest.InvalidationList?.Items).toEqual(all?.Items?.slice(2));
  });

  test('answers a repeated call with the invalidation that it repeats', async () => {
    const { edge, create } = await startApi();
    const first = await create(['/a']);
    await ask(edge, '/a');
    const second = await create(['/a']);
    expect(second.Invalidation?.Id).toBe(first.Invalidation?.Id);
    expect(await cacheOf(edge, '/a')).toBe('Hit');
  });

  test('keeps a text apart from markup', async () => {
    const { create } = await startApi();
    const { Invalidation } = await create(['/a?x=1&y=<2>'], '0012');
    expect(Invalidation?.InvalidationBatch).toMatchObject({
      CallerReference: '0012',
      Paths: { Items: ['/a?x=1&y=<2>'] },
    });
  });

  type Api = Awaited<ReturnType<typeof startApi>>;
  test.each<[string, string, (api: Api) => Promise<unknown>]>([
    [
      'another batch under the same reference',
      'InvalidationBatchAlreadyExists',
      async ({ create }) => {
        await create(['/a']);
        return create(['/b']);
      },
    ],
    ['a quantity that is not that of the items', 'InconsistentQuantities', ({ create }) => create(['/a'], 'ref', 2)],
    ['a path without a slash', 'InvalidArgument', ({ create }) => create(['a'])],
    ['a path with a space', 'InvalidArgument', ({ create }) => create(['/a b'])],
    ['a path that is too long', 'InvalidArgument', ({ create }) => create([`/${'a'.repeat(4000)}`])],
    ['a tag with a comma', 'InvalidArgument', ({ create }) => create(['#a,b'])],
    ['an empty tag', 'InvalidArgument', ({ create }) => create(['#'])],
    ['a tag over 256 characters', 'InvalidArgument', ({ create }) => create([`#${'a'.repeat(257)}`])],
    ['no items', 'InvalidArgument', ({ create }) => create([])],
    ['too many items', 'BatchTooLarge', ({ create }) => create(Array.from({ length: 3001 }, (_, i) => `/${i}`))],
    ['an unknown distribution', 'NoSuchDistribution', ({ create }) => create(['/a'], 'ref', 1, 'E2')],
    [
      'an unknown invalidation',
      'NoSuchInvalidation',
      ({ client }) => client.send(new GetInvalidationCommand({ DistributionId: 'E1', Id: 'I0' })),
    ],
  ])('refuses %s with %s', async (_, code, call) => {
    const api = await startApi();
    await expect(call(api)).rejects.toMatchObject({ name: code });
  });

  test('refuses calls that are not signed, or signed for another service', async () => {
    const { api } = await startApi();
    const url = `${api.url}/2020-05-31/distribution/E1/invalidation`;
    const unsigned = await fetch(url, { method: 'POST', body: '<InvalidationBatch/>' });
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('MissingAuthenticationToken'),
    ]);
    const authorization =
      'AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=b';
    expect((await fetch(url, { method: 'POST', headers: { authorization } })).status).toBe(403);
  });

  test('takes a hand-signed request', async () => {
    const { api } = await startApi();
    const authorization =
      'AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/cloudfront/aws4_request, SignedHeaders=host, Signature=b';
    const reply = await fetch(`${api.url}/2020-05-31/distribution/E1/invalidation`, {
      method: 'POST',
      headers: { authorization },
      body: '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Paths><Quantity>1</Quantity><Items><Path>/caf&#xE9;</Path></Items></Paths><CallerReference>r</CallerReference></InvalidationBatch>',
    });
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('<Code>InvalidArgument</Code>');
  });

  test('throttles when told to, by a token bucket on the clock of the stack', async () => {
    const { edge, api, create } = await startApi();
    api.throttle({ burst: 2, perSecond: 0.5 });
    await create(['/a'], '1');
    await create(['/a'], '2');
    await expect(create(['/a'], '3')).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' });
    edge.clock.advance(2);
    await create(['/a'], '3');
    await expect(create(['/a'], '4')).rejects.toMatchObject({ name: 'Throttling' });
    api.throttle(undefined);
    await create(['/a'], '4');
  });
});
