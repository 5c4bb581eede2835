import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startCloudFrontApi } from '../../../../lib/local/cloudfront/api/server.ts';
import type { LocalEvent } from '../../../../lib/local/events.ts';
import { ask, type EdgeSetup } from '../fixture.ts';
import { cacheOf, startCached } from '../tagged.ts';

async function startApi(setup?: EdgeSetup) {
  const { origin, edge } = await startCached(setup);
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

  test('says that an invalidation is in progress until every edge location has it', async () => {
    const { edge, create, client } = await startApi({ resources: { calm: false } });
    const { Invalidation } = await create(['/a']);
    const statuses = async () => {
      const one = await client.send(new GetInvalidationCommand({ DistributionId: 'E1', Id: Invalidation?.Id ?? '' }));
      const all = await client.send(new ListInvalidationsCommand({ DistributionId: 'E1' }));
      return [one.Invalidation?.Status, all.InvalidationList?.Items?.[0]?.Status];
    };
    expect(await statuses()).toEqual(['InProgress', 'InProgress']);
    edge.passSeconds(25);
    expect(await statuses()).toEqual(['Completed', 'Completed']);
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
    [
      'more wildcards than 15',
      'TooManyInvalidationsInProgress',
      ({ create }) => create(Array.from({ length: 16 }, (_, i) => `/${i}/*`)),
    ],
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

  test('takes 3,000 items and 15 wildcards of a distribution at a time, and more when those are completed', async () => {
    const { edge, create } = await startApi({ resources: { calm: false } });
    const some = (count: number, suffix = ''): string[] => Array.from({ length: count }, (_, i) => `/${i}${suffix}`);
    const tooMany = { name: 'TooManyInvalidationsInProgress' };
    await create([...some(2000), ...some(15, '*')], 'first');
    await expect(create(some(1001), 'items')).rejects.toMatchObject(tooMany);
    await expect(create(['/*'], 'wildcard')).rejects.toMatchObject(tooMany);
    await create(some(1000), 'second');
    edge.passSeconds(25);
    await create([...some(2985), ...some(15, '*')], 'third');
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

  test('loses none of a thousand calls that come at once', async () => {
    const { api } = await startApi();
    const call = () => ask(api, '/2020-05-31/distribution/E1/invalidation');
    const replies = await Promise.all(Array.from({ length: 1000 }, call));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([403]));
  });

  test('never ends an idle connection: the next call of its client would be lost', async () => {
    const { api } = await startApi();
    const reply = await ask(api, '/', { headers: { connection: 'keep-alive' } });
    // A server that ends them after a while says so: Keep-Alive: timeout=5.
    expect(reply.headers.connection).toBe('keep-alive');
    expect(reply.headers['keep-alive']).toBeUndefined();
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
    edge.passSeconds(2);
    await create(['/a'], '3');
    await expect(create(['/a'], '4')).rejects.toMatchObject({ name: 'Throttling' });
    api.throttle(undefined);
    await create(['/a'], '4');
  });
});
