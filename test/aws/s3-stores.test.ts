import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsClient, AwsRefusal, createAwsClient } from '../../lib/aws/client.ts';
import { createS3LeaseStore } from '../../lib/aws/lease-store.ts';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { createS3PageStore } from '../../lib/aws/page-store.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { firstObjects, headObject, type ListedObject, listFolders, listObjects } from '../../lib/aws/s3-listing.ts';
import { mapConcurrently } from '../../lib/basics/map-concurrently.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { EMPTY_LEDGER } from '../../lib/core/ledger/ledger.ts';
import { freshnessOf } from '../../lib/core/policy/freshness.ts';
import { freshPage } from '../../lib/core/policy/served-page.ts';
import { StackClock } from '../../lib/local/clock.ts';
import type { LocalEvent } from '../../lib/local/events.ts';
import { type ObjectAndQueueServices, startObjectAndQueueServices } from '../../lib/local/object-and-queue-services.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { describeLeaseStore } from '../contracts/lease-store.ts';
import { describeLedgerStore } from '../contracts/ledger-store.ts';
import { describePageStore } from '../contracts/page-store.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { keyOf } from '../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';

let server: ObjectAndQueueServices;
let aws: AwsClient;
const events: LocalEvent[] = [];

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  const onEvent = (event: LocalEvent): void => void events.push(event);
  server = await startObjectAndQueueServices({ clock: new StackClock(), credentials: CREDENTIALS, onEvent });
  aws = createAwsClient({ region: 'eu-west-1', endpoints: { s3: server.url, sqs: server.url } });
});
afterAll(() => server.stop());

async function emptyBucket(): Promise<Bucket> {
  const name = `pages-${randomUUID()}`;
  await server.createBucket(name);
  return openS3Bucket(name, aws);
}

const callsSince = (start: number): string[] =>
  events.slice(start).flatMap((event) => (event.kind === 'api-call' ? [`${event.action} ${event.resource}`] : []));

describePageStore('in S3', async () => createS3PageStore(await emptyBucket(), { deploymentId: DEPLOYMENT }));

describeLedgerStore('in S3', async () => {
  const bucket = await emptyBucket();
  const clock = new VirtualClock();
  return {
    open: () => createS3LedgerStore(bucket, clock),
    advance: (milliseconds) => clock.advance(milliseconds),
  };
});

describeLeaseStore('in S3', async () => {
  const bucket = await emptyBucket();
  let now = Date.parse('2026-11-22T12:00:00Z');
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  return {
    open: () => createS3LeaseStore(bucket, { deploymentId: DEPLOYMENT, durationMs: 15_000, clock }),
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
});

test('leases of two deployments do not meet', async () => {
  const bucket = await emptyBucket();
  const clock = new VirtualClock();
  const leases = [DEPLOYMENT, 'fedcba9876543210'].map((deploymentId) =>
    createS3LeaseStore(bucket, { deploymentId, durationMs: 15_000, clock }).acquire(keyOf('/a'), 0),
  );
  expect((await Promise.all(leases)).every((lease) => lease !== undefined)).toBe(true);
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
test.each([404, 409, 412])('a conditional write that S3 answers with %i did not happen', async (status) => {
  const bucket = openS3Bucket('any', async () => ({ status, headers: {}, body: Buffer.alloc(0) }));
  expect(await bucket.put('a', 'x', { condition: { etag: '"e"' } })).toBe('conflict');
  await expect(bucket.put('a', 'x')).rejects.toThrow(`s3 answered ${status}`);
});

describe('pages in S3', () => {
  test('a page made at build time has what S3 and the build know of it', async () => {
    const bucket = await emptyBucket();
    const exception = { status: 200, headers: { 'content-type': 'text/html', 'x-made': 'at build' } };
    const pages = createS3PageStore(bucket, {
      deploymentId: DEPLOYMENT,
      prerendered: (key) => (key === '/node.js' ? exception : undefined),
    });
    await bucket.put(`deployments/${DEPLOYMENT}/about/index.html`, 'about', {
      headers: { 'content-type': 'text/html' },
    });
    await bucket.put(`deployments/${DEPLOYMENT}/node.js`, 'node', { headers: { 'content-type': 'text/javascript' } });
    expect(await pages.read(keyOf('/about'))).toMatchObject({
      isPrerendered: true,
      status: 200,
      headers: { 'content-type': 'text/html' },
      expiration: false,
    });
    expect((await pages.read(keyOf('/node.js')))?.headers).toEqual({
      'content-type': 'text/html',
      'x-made': 'at build',
    });
  });

  test('a page made at build time is read by each path that names its file, a rendered one only by its own', async () => {
    const bucket = await emptyBucket();
    const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
    await bucket.put(`deployments/${DEPLOYMENT}/a,b/index.html`, 'made', { headers: { 'content-type': 'text/html' } });
    for (const path of ['/a,b', '/a%2Cb', '/a,b/index.html']) {
      const page = await pages.read(keyOf(path));
      expect([page?.pageKey, page?.body.toString()]).toEqual([keyOf(path), 'made']);
    }
    await pages.write({ ...facts(), pageKey: keyOf('/c,d'), body: Buffer.from('rendered') }, { absent: true });
    expect(await pages.read(keyOf('/c%2Cd'))).toBeUndefined();
  });

  test('pages of two deployments do not meet', async () => {
    const bucket = await emptyBucket();
    const [one, two] = [DEPLOYMENT, 'fedcba9876543210'].map((deploymentId) =>
      createS3PageStore(bucket, { deploymentId }),
    );
    await one?.write({ ...facts(), pageKey: keyOf('/a'), body: Buffer.from('one') }, { absent: true });
    expect(await two?.read(keyOf('/a'))).toBeUndefined();
  });

  test('S3 alone can serve a page: body, content type and a short life', async () => {
    const bucket = await emptyBucket();
    const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
    await pages.write({ ...facts(), pageKey: keyOf('/a'), body: Buffer.from('<p>a</p>') }, { absent: true });
    const object = await bucket.get(`deployments/${DEPLOYMENT}/a/index.html`);
    // Blanks at the end tell one write from another; they mean nothing in HTML.
    expect(object?.body.toString()).toMatch(/^<p>a<\/p>[ \t\r\n]{32}$/);
    expect(object?.headers).toMatchObject({
      'content-type': 'text/html',
      'cache-control': 'public, max-age=0, s-maxage=30, stale-if-error=300',
    });
  });

  test('what is no text is what it was to a browser that gets it from S3', async () => {
    const bucket = await emptyBucket();
    const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
    const body = Buffer.from([0x89, 0x50, 0, 0xff]);
    const page = { ...facts(), headers: { 'content-type': 'image/png' }, pageKey: keyOf('/og.png'), body };
    await pages.write(page, { absent: true });
    const object = await bucket.get(`deployments/${DEPLOYMENT}/og.png`);
    expect(object?.headers).toMatchObject({ 'content-type': 'image/png', 'content-encoding': 'gzip' });
    expect(gunzipSync(object?.body ?? '')).toEqual(body);
  });

  test('S3 gives a page with its tags, as serve does, so that a revalidation reaches copies of either', async () => {
    const bucket = await emptyBucket();
    const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
    await pages.write({ ...facts(), tags: ['posts'], pageKey: keyOf('/a'), body: Buffer.from('a') }, { absent: true });
    const object = await bucket.get(`deployments/${DEPLOYMENT}/a/index.html`);
    const page = await pages.read(keyOf('/a'));
    if (page === undefined) throw new Error('nothing was stored');
    const served = freshPage(page, 60);
    expect(object?.headers['x-amz-meta-cache-tag']).toBe('path:/a,prefix:/a/,tag:posts');
    expect(served.headers['x-amz-meta-cache-tag']).toBe('path:/a,prefix:/a/,tag:posts');
    // Else S3 could tell CloudFront that what serve gave is still right, or serve that of S3.
    expect(served.headers.etag).not.toBe(object?.etag);
  });

  test('tags that do not fit into S3’s metadata are replaced by the one that every purge of a tag names', async () => {
    const bucket = await emptyBucket();
    const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
    const tags = Array.from({ length: 45 }, (_, i) => `a tag that is ${'very '.repeat(10)}long ${i}`);
    await pages.write({ ...facts(), tags, pageKey: keyOf('/a'), body: Buffer.from('a') }, { absent: true });
    const object = await bucket.get(`deployments/${DEPLOYMENT}/a/index.html`);
    const edgeTags = object?.headers['x-amz-meta-cache-tag']?.split(',') ?? [];
    expect([edgeTags[0], edgeTags.at(-1)]).toEqual(['path:/a', 'isr-overflow']);
    expect((await pages.read(keyOf('/a')))?.tags).toEqual(tags);
  });

  test('a write whose answer was lost, and that is made again, is a write and no conflict', async () => {
    const bucket = await emptyBucket();
    const twice: Bucket = {
      ...bucket,
      async put(...write) {
        await bucket.put(...write);
        return bucket.put(...write);
      },
    };
    const pages = createS3PageStore(twice, { deploymentId: DEPLOYMENT });
    const etag = await pages.write({ ...facts(), pageKey: keyOf('/a'), body: Buffer.from('a') }, { absent: true });
    expect(etag).toBe((await bucket.get(`deployments/${DEPLOYMENT}/a/index.html`))?.etag);
  });

  test.each(['null', '[]', '{}', '{"status":2', '{"reference":7}', '"x"'])(
    'a page whose facts somebody replaced by %s is rendered before it is served, and can be replaced',
    async (garbage) => {
      const bucket = await emptyBucket();
      const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
      const headers = { 'content-type': 'text/html', 'x-amz-meta-isr': garbage };
      await bucket.put(`deployments/${DEPLOYMENT}/a/index.html`, 'old', { headers });
      const page = await pages.read(keyOf('/a'));
      expect(freshnessOf(page, EMPTY_LEDGER, Date.now())).toMatchObject({ kind: 'expired', isTooStale: true });
      const made = { ...facts(), pageKey: keyOf('/a'), body: Buffer.from('new') };
      expect(await pages.write(made, { etag: page?.etag ?? '' })).not.toBe('conflict');
    },
  );

  test('a page whose long facts were lost is past its time, not an error for ever', async () => {
    const bucket = await emptyBucket();
    const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
    const start = events.length;
    const long = { ...facts(), headers: { 'content-type': 'text/html', 'x-long': 'x'.repeat(3000) } };
    await pages.write({ ...long, pageKey: keyOf('/a'), body: Buffer.from('old') }, { absent: true });
    const [, sidecar = ''] = /PutObject (_isr\/facts\/\S+)/.exec(callsSince(start).join('\n')) ?? [];
    await bucket.remove(sidecar);
    const page = await pages.read(keyOf('/a'));
    expect(page?.headers).toEqual({ 'content-type': 'text/html' });
    expect(freshnessOf(page, EMPTY_LEDGER, Date.now())).toMatchObject({ kind: 'expired', isTooStale: true });
    expect(
      await pages.write({ ...facts(), pageKey: keyOf('/a'), body: Buffer.from('new') }, { etag: page?.etag ?? '' }),
    ).not.toBe('conflict');
  });

  test('reading a page is one call, writing it another', async () => {
    const pages = createS3PageStore(await emptyBucket(), { deploymentId: DEPLOYMENT });
    await pages.write({ ...facts(), pageKey: keyOf('/a'), body: Buffer.from('a') }, { absent: true });
    const start = events.length;
    await pages.read(keyOf('/a'));
    expect(callsSince(start)).toEqual([`GetObject deployments/${DEPLOYMENT}/a/index.html`]);
  });
});

test('what S3 refuses is an error that names the key, the bucket and the remedy', async () => {
  const bucket = openS3Bucket('no-such-bucket', aws);
  await expect(bucket.put('a/b', 'x')).rejects.toThrow(
    /cannot use 'a\/b' in bucket 'no-such-bucket': s3 answered 404 .*NoSuchBucket.*; check that the function's role may read and write it/,
  );
});

function facts() {
  return {
    status: 200,
    headers: { 'content-type': 'text/html' },
    renderedAt: 0,
    expiration: 60,
    tags: [],
    ledgerSequence: 0,
    bodyHash: '',
  };
}

describe('whoever looks into a bucket from outside', () => {
  const listed = async (name: string, prefix: string) => {
    const pages: (readonly ListedObject[])[] = [];
    for await (const page of listObjects(aws, name, prefix)) pages.push(page);
    return pages;
  };

  test('gets every object below a prefix, with its key as it was written', async () => {
    const name = `outside-${randomUUID()}`;
    await server.createBucket(name);
    const bucket = openS3Bucket(name, aws);
    const keys = ['a/007', 'a/b & <c>+ d/é%20/index.html', 'a/x'];
    for (const key of [...keys, 'other']) await bucket.put(key, 'body');
    const modifiedAt = expect.any(Number);
    expect((await listed(name, 'a/')).flat()).toEqual(keys.map((key) => ({ key, bytes: 4, modifiedAt })));
    expect(await listFolders(aws, name, 'a/')).toEqual(['b & <c>+ d']);
    expect(await listed(name, 'nothing/')).toEqual([[]]);
  });

  test('gets more objects than one response holds', async () => {
    const name = `outside-${randomUUID()}`;
    await server.createBucket(name);
    const bucket = openS3Bucket(name, aws);
    const keys = Array.from({ length: 1001 }, (_, i) => `a b/${String(i).padStart(4, '0')}`);
    await mapConcurrently(keys, 16, (key) => bucket.put(key, ''));
    const pages = await listed(name, 'a b/');
    expect(pages.map((page) => page.length)).toEqual([1000, 1]);
    expect(pages.flat().map(({ key }) => key)).toEqual(keys);
    expect(await firstObjects(aws, name, 'a b/', 1000)).toEqual(pages[0]);
    expect(await firstObjects(aws, name, 'a b/', 1001)).toEqual(pages.flat());
  });

  test('gets the headers of an object without its body', async () => {
    const name = `outside-${randomUUID()}`;
    await server.createBucket(name);
    const etag = await openS3Bucket(name, aws).put('a/é', '<p>', { headers: { 'content-type': 'text/html' } });
    const headers = { 'content-type': 'text/html', 'content-length': '3' };
    expect(await headObject(aws, name, 'a/é')).toMatchObject({ etag, headers, body: Buffer.alloc(0) });
    expect(await headObject(aws, name, 'a/b')).toBeUndefined();
  });

  test('is told when there is no such bucket', async () => {
    await expect(listed('no-such-bucket', '')).rejects.toThrow(AwsRefusal);
  });
});
