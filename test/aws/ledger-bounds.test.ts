import { beforeAll, describe, expect, test } from 'vitest';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { entryOfTag } from '../../lib/core/ledger/ledger.ts';
import { shardOf } from '../../lib/core/ledger/ledger-shard.ts';
import { EMPTY_SUMMARY, SHARDS } from '../../lib/core/ledger/ledger-summary.ts';
import { isInvalid, type RenderedPage, renderedPage } from '../fakes/ledger-pages.ts';
import { createMemoryBucket, type MemoryObjects, type ObjectCall } from '../fakes/memory-bucket.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';

const KIB = 1024;
const SUMMARY = '_isr/ledger.json';
const TAGS = 1_000_000;
const DAYS = 31;
const ROUND_TRIP_MS = 20;

/**
 * 1,000,000 tags in 31 days. Those that share a shard are appended together, so that the test takes seconds; the sequences
 * are as long as those of a ledger that has been in use for decades.
 */
describe('a ledger of 1,000,000 tags that were revalidated in 31 days', () => {
  const stored: MemoryObjects = new Map();
  const clock = new VirtualClock();
  const untouched = { path: '/blog/a', tags: ['nobody', 'touches', 'these', 'tags'] };
  const pages: Record<'first' | 'middle' | 'last', RenderedPage[]> = { first: [], middle: [], last: [] };
  const shardSizes = (): number[] =>
    [...stored].filter(([key]) => key !== SUMMARY).map(([, { body }]) => body.byteLength);

  beforeAll(async () => {
    const byShard: string[][] = Array.from({ length: SHARDS }, () => []);
    for (let i = 0; i < TAGS; i++) {
      const name = entryOfTag(`product-in-stock-${i}`);
      byShard[shardOf(name, SHARDS)]?.push(name);
    }
    const bucket = createMemoryBucket(stored);
    await bucket.put(SUMMARY, JSON.stringify({ ...EMPTY_SUMMARY, sequence: 1_000_000_000 }));
    const store = createS3LedgerStore(bucket, clock);
    const render = async () => [
      await renderedPage(store, '/revalidated', 'product-in-stock-0', 'product-in-stock-999999'),
      await renderedPage(store, untouched.path, ...untouched.tags),
    ];
    for (const [i, names] of byShard.entries()) {
      if (i === 0) pages.first = await render();
      if (i === SHARDS / 2) pages.middle = await render();
      clock.advance((DAYS * 86_400_000) / SHARDS);
      await store.append(names);
    }
    pages.last = await render();
  });

  test('has a summary of less than 16 KB', () => {
    expect(stored.get(SUMMARY)?.body.byteLength).toBeLessThan(16 * KIB);
  });

  test('has shards of less than 64 KB, and no other objects', () => {
    const sizes = shardSizes();
    expect(sizes).toHaveLength(SHARDS);
    expect(Math.max(...sizes)).toBeLessThan(64 * KIB);
    expect(stored.size).toBe(SHARDS + 1);
  });

  test('knows each of them: no floor had to rise', async () => {
    const reader = createS3LedgerStore(createMemoryBucket(stored), clock);
    expect((await reader.read()).floor).toBe(0);
    const states = (rendered: RenderedPage[]) => Promise.all(rendered.map((page) => isInvalid(reader, page)));
    expect(await states(pages.first)).toEqual([true, false]);
    expect(await states(pages.last)).toEqual([false, false]);
  });

  test.each<[string, keyof typeof pages, number]>([
    ['made before them', 'first', 2],
    ['made in the middle of them', 'middle', 2],
    ['made after them', 'last', 1],
  ])('costs a page %s at most two round trips and 64 KB a read', async (_when, when, roundTrips) => {
    const reads: ObjectCall[] = [];
    const network = {
      request: () => clock.sleep(ROUND_TRIP_MS),
      response: async (call: ObjectCall) => void reads.push(call),
    };
    const reader = createS3LedgerStore(createMemoryBucket(stored, network), clock);
    const begun = clock.now();
    const [, page] = pages[when];
    if (page === undefined) throw new Error('nothing was rendered');
    expect(await isInvalid(reader, page)).toBe(false);
    expect(clock.now() - begun).toBeLessThanOrEqual(roundTrips * ROUND_TRIP_MS);
    // The page's path, two prefixes and its tags.
    expect(reads.length).toBeLessThanOrEqual(1 + 3 + untouched.tags.length);
    expect(Math.max(...reads.map(({ bytes }) => bytes))).toBeLessThan(64 * KIB);
    reads.length = 0;
    expect(await isInvalid(reader, page)).toBe(false);
    expect(reads).toEqual([{ action: 'get', key: SUMMARY, bytes: 0 }]);
  });

  test('is let go of, shard by shard, once 31 more days have passed', async () => {
    const store = createS3LedgerStore(createMemoryBucket(stored), clock);
    const before = await store.read();
    clock.advance((DAYS + 1) * 86_400_000);
    await store.append([entryOfTag('product-in-stock-7')]);
    expect((await store.read()).floor).toBe(before.sequence);
    await store.append([entryOfTag('product-in-stock-7')]);
    expect(Math.min(...shardSizes())).toBeLessThan(KIB / 10);
  });
});
