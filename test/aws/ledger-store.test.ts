import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsClient, createAwsClient } from '../../lib/aws/client.ts';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { createS3PageStore } from '../../lib/aws/page-store.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import { mapConcurrently } from '../../lib/basics/map-concurrently.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { entryOfTag } from '../../lib/core/ledger/ledger.ts';
import { revalidate } from '../../lib/core/revalidate.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { StackClock } from '../../lib/local/clock.ts';
import { type ObjectAndQueueServices, startObjectAndQueueServices } from '../../lib/local/object-and-queue-services.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { isInvalid, neighbourOf, renderedPage } from '../fakes/ledger-pages.ts';
import { createMemoryBucket, type MemoryNetwork, type MemoryObjects } from '../fakes/memory-bucket.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { createWorld, keyOf, type World } from '../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const TAGGED = { pages: [], tags: ['posts'], prefixes: [], all: false };

/** A new sandbox on this bucket: nothing is in its memory. */
function sandboxOn(bucket: Bucket): World {
  const world = createWorld({ expiration: false });
  world.site.response = { body: 'x', hint: { tags: ['posts', 'other'] } };
  const pages = createS3PageStore(bucket, { deploymentId: DEPLOYMENT });
  return {
    ...world,
    pages: Object.assign(pages, { pages: new Map() }),
    ledger: createS3LedgerStore(bucket, world.clock),
  };
}

async function storePages(count: number, world: World): Promise<void> {
  const paths = Array.from({ length: count }, (_, i) => keyOf(`/blog/${i}`));
  await mapConcurrently(paths, 16, (key) => servePage(key, world.options, world));
}

describe('the calls of', () => {
  let server: ObjectAndQueueServices;
  let aws: AwsClient;
  const calls: string[] = [];

  beforeAll(async () => {
    process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
    server = await startObjectAndQueueServices({
      clock: new StackClock(),
      credentials: CREDENTIALS,
      onEvent: (event) => {
        if (event.kind !== 'api-call') return;
        const what = event.resource.replace(/^deployments.*/, 'page').replace(/^_isr\/ledger\/\d+\.json$/, 'shard');
        calls.push(`${event.action} ${what.replace('_isr/ledger.json', 'summary')} ${event.status}`);
      },
    });
    aws = createAwsClient({ region: 'eu-west-1', endpoints: { s3: server.url } });
  });
  afterAll(() => server.stop());

  /** Reports and responses to this come through one channel, in order. */
  const everyCallIsReported = () => server.createBucket('no-matter');

  async function bucketWith(pages: number): Promise<Bucket> {
    const name = `ledger-${randomUUID()}`;
    await server.createBucket(name);
    const bucket = openS3Bucket(name, aws);
    await storePages(pages, sandboxOn(bucket));
    return bucket;
  }

  async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
    await everyCallIsReported();
    const start = calls.length;
    await work();
    await everyCallIsReported();
    return calls.slice(start).toSorted();
  }

  test('revalidating a tag are the same for one page and for two hundred', async () => {
    for (const pages of [1, 200]) {
      const world = sandboxOn(await bucketWith(pages));
      const revalidateTag = () => revalidate(TAGGED, world.options, world);
      expect(await callsOf(revalidateTag)).toEqual([
        ...['GetObject shard 404', 'GetObject summary 200', 'PutObject shard 200', 'PutObject summary 200'],
      ]);
      expect(await callsOf(revalidateTag)).toEqual([
        ...['GetObject summary 304', 'PutObject shard 200', 'PutObject summary 200'],
      ]);
      expect(world.purged).toHaveLength(2);
    }
  });

  test('a hit are two, and no writes, unless something may cover the page', async () => {
    const bucket = await bucketWith(1);
    const [editor, viewer] = [sandboxOn(bucket), sandboxOn(bucket)];
    const view = () => callsOf(() => servePage(keyOf('/blog/0'), viewer.options, viewer));
    expect(await view()).toEqual(['GetObject page 200', 'GetObject summary 200']);
    await editor.ledger.append([entryOfTag('nothing of this page')]);
    expect(await view()).toEqual(['GetObject page 200', 'GetObject summary 200']);
    expect(await view()).toEqual(['GetObject page 200', 'GetObject summary 304']);
    await editor.ledger.append([entryOfTag(neighbourOf('posts'))]);
    expect(await view()).toEqual(['GetObject page 200', 'GetObject shard 200', 'GetObject summary 200']);
    expect(await view()).toEqual(['GetObject page 200', 'GetObject summary 304']);
  });
});

test('revalidating a tag costs four calls with 100,000 pages as well', async () => {
  const stored: MemoryObjects = new Map();
  await storePages(1, sandboxOn(createMemoryBucket(stored)));
  const page = stored.get(`deployments/${DEPLOYMENT}${keyOf('/blog/0')}`);
  if (page === undefined) throw new Error('nothing was stored');
  for (let i = 0; i < 100_000; i++) stored.set(`deployments/${DEPLOYMENT}${keyOf(`/blog/${i}`)}`, page);
  const calls: string[] = [];
  const bucket = createMemoryBucket(stored, {
    request: async ({ action, key }) => void calls.push(`${action} ${key}`),
  });
  const [editor, viewer] = [sandboxOn(bucket), sandboxOn(bucket)];
  await revalidate(TAGGED, editor.options, editor);
  expect(calls).toHaveLength(4);
  const viewed = await servePage(keyOf('/blog/77777'), viewer.options, viewer);
  expect(viewed.headers['x-isr-cache']).toBe('REVALIDATED');
});

describe('a ledger that is not there any more', () => {
  const LEDGER = /^_isr\/ledger/;
  const TAG = entryOfTag('posts');
  let stored: MemoryObjects;
  const open = () => createS3LedgerStore(createMemoryBucket(stored), new VirtualClock());
  beforeEach(() => {
    stored = new Map();
  });

  const lose = (keys: RegExp): void => {
    for (const key of [...stored.keys()]) if (keys.test(key)) stored.delete(key);
  };

  test('does not keep a revalidation from putting pages out of date', async () => {
    const page = await renderedPage(open(), '/', 'posts');
    for (let i = 0; i < 5; i++) await open().append([entryOfTag('other')]);
    const young = await renderedPage(open(), '/young', 'posts');
    lose(LEDGER);
    await open().append([TAG]);
    expect([await isInvalid(open(), page), await isInvalid(open(), young)]).toEqual([true, true]);
    expect(await isInvalid(open(), await renderedPage(open(), '/', 'posts'))).toBe(false);
  });

  test('takes no revalidation back that was answered before', async () => {
    const page = await renderedPage(open(), '/', 'posts');
    await open().append([TAG]);
    lose(LEDGER);
    await open().append([entryOfTag('other')]);
    expect(await isInvalid(open(), page)).toBe(true);
  });

  test('is noticed by a request for a page, which is rendered then', async () => {
    const world = sandboxOn(createMemoryBucket(stored));
    await storePages(1, world);
    await world.ledger.append([TAG]);
    lose(LEDGER);
    const { headers } = await servePage(keyOf('/blog/0'), world.options, sandboxOn(createMemoryBucket(stored)));
    expect(headers['x-isr-cache']).toBe('REVALIDATED');
  });

  test('of which only a shard is lost puts the names of that shard out of date', async () => {
    const page = await renderedPage(open(), '/', 'posts');
    const other = await renderedPage(open(), '/other', 'other');
    await open().append([TAG]);
    lose(/^_isr\/ledger\//);
    expect([await isInvalid(open(), page), await isInvalid(open(), other)]).toEqual([true, false]);
    await open().append([entryOfTag(neighbourOf('posts'))]);
    expect(await isInvalid(open(), page)).toBe(true);
  });

  test('but an older one is not taken for the newest by who has seen that', async () => {
    const store = open();
    const page = await renderedPage(store, '/', 'posts');
    const older = new Map(stored);
    await store.append([TAG]);
    for (const [key, object] of older) stored.set(key, object);
    await store.append([entryOfTag('other')]);
    expect(await isInvalid(open(), page)).toBe(true);
  });

  test.each(['null', '[]', '{}', '{"sequence":', '', '{"sequence":"1","floor":0,"shards":[],"days":[]}'])(
    'because somebody wrote %s over it is written anew, and says so',
    async (garbage) => {
      const page = await renderedPage(open(), '/', 'posts');
      await open().append([TAG]);
      const object = { body: Buffer.from(garbage), etag: '"0"', headers: {} };
      for (const key of [...stored.keys()]) stored.set(key, object);
      const lines: string[] = [];
      const store = createS3LedgerStore(createMemoryBucket(stored), new VirtualClock(), (_level, line) =>
        lines.push(line),
      );
      await store.append([entryOfTag('other')]);
      expect(await isInvalid(open(), page)).toBe(true);
      expect(lines.some((line) => line.includes("'_isr/ledger.json' is not what was written"))).toBe(true);
      expect(lines.some((line) => line.includes('the ledger was lost'))).toBe(true);
    },
  );

  test('is forgotten by who knew its shards, though its clock was minutes ahead', async () => {
    const ahead = new VirtualClock(Date.parse('2026-11-22T12:05:00Z'));
    const [writer, reader] = [open(), open()];
    const old = await renderedPage(writer, '/', 'posts');
    await createS3LedgerStore(createMemoryBucket(stored), ahead).append([TAG]);
    // Both keep the shard in memory, with numbers that the next ledger does not reach for minutes.
    expect([await isInvalid(writer, old), await isInvalid(reader, old)]).toEqual([true, true]);
    lose(LEDGER);
    await open().append([entryOfTag(neighbourOf('posts'))]);
    const page = await renderedPage(open(), '/', 'posts');
    await writer.append([TAG]);
    expect([await isInvalid(open(), page), await isInvalid(reader, page)]).toEqual([true, true]);
  });

  test('has pages of no other ledger, of a clock that is minutes ahead either', async () => {
    const ahead = new VirtualClock(Date.parse('2026-11-22T12:05:00Z'));
    const page = await renderedPage(createS3LedgerStore(createMemoryBucket(stored), ahead), '/', 'posts');
    lose(LEDGER);
    await open().append([entryOfTag('other')]);
    expect(await isInvalid(open(), page)).toBe(true);
  });
});

describe('at the same time', () => {
  test('two hundred revalidations of different tags are all noted', async () => {
    const clock = new VirtualClock();
    const stored: MemoryObjects = new Map();
    const network = { request: () => clock.sleep(10), response: () => clock.sleep(10) };
    const open = () => createS3LedgerStore(createMemoryBucket(stored, network), clock);
    const tags = Array.from({ length: 200 }, (_, i) => `t${i}`);
    const page = await renderedPage(open(), '/');
    const begun = clock.now();
    await Promise.all(tags.map((tag) => open().append([entryOfTag(tag)])));
    expect(clock.now() - begun).toBeLessThan(60_000);
    const reader = createS3LedgerStore(createMemoryBucket(stored), clock);
    for (const tag of tags) {
      expect(await isInvalid(reader, { ...page, page: { ...page.page, tags: [tag] } })).toBe(true);
    }
  });

  test('a reader that saw a shard between two appends to it sees the second as well', async () => {
    const stored: MemoryObjects = new Map();
    const clock = new VirtualClock();
    const open = (network?: MemoryNetwork) => createS3LedgerStore(createMemoryBucket(stored, network), clock);
    const reader = open();
    const [a, b] = [await renderedPage(reader, '/a', 'a'), await renderedPage(reader, '/b', neighbourOf('a'))];
    const gate = Promise.withResolvers<void>();
    const request: MemoryNetwork['request'] = async ({ action, key }) => {
      if (action === 'put' && key.startsWith('_isr/ledger/')) await gate.promise;
    };
    const late = open({ request }).append([entryOfTag(neighbourOf('a'))]);
    await open().append([entryOfTag('a')]);
    expect([await isInvalid(reader, a), await isInvalid(reader, b)]).toEqual([true, false]);
    gate.resolve();
    await late;
    expect([await isInvalid(reader, a), await isInvalid(reader, b)]).toEqual([true, true]);
  });
});
