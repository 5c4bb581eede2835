import { describe, expect, test } from 'vitest';
import { EMPTY_LEDGER, type Ledger } from '../../../lib/core/ledger/ledger.ts';
import type { StoredPage } from '../../../lib/core/page/page.ts';
import { freshnessOf } from '../../../lib/core/policy/freshness.ts';
import { keyOf } from '../../fakes/world.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');

const page = (facts: Partial<StoredPage> = {}): StoredPage => ({
  pageKey: keyOf('/blog/a'),
  status: 200,
  headers: {},
  renderedAt: NOON,
  expiration: 60,
  tags: [],
  ledgerSequence: 5,
  bodyHash: '',
  body: Buffer.from(''),
  etag: '"1"',
  isPrerendered: false,
  ...facts,
});
const ledger = (entries: Record<string, number>, floor = 0): Ledger => ({
  sequence: Math.max(floor, ...Object.values(entries)),
  floor,
  entries,
});

describe('time', () => {
  test.each([
    [0, { kind: 'fresh', secondsLeft: 60 }],
    [59_000, { kind: 'fresh', secondsLeft: 1 }],
    [59_001, { kind: 'expired', secondsAgo: 0, isTooStale: false }],
    [60_000, { kind: 'expired', secondsAgo: 0, isTooStale: false }],
    [3_600_000, { kind: 'expired', secondsAgo: 3540, isTooStale: false }],
  ])('a 60 s page that is %i ms old is %o', (age, expected) => {
    expect(freshnessOf(page(), EMPTY_LEDGER, NOON + age)).toEqual(expected);
  });

  test.each([
    [90_000, false],
    [90_001, true],
  ])('a 60 s page with stale-while-revalidate=30 that is %i ms old is too stale: %s', (age, isTooStale) => {
    expect(freshnessOf(page({ staleWhileRevalidate: 30 }), EMPTY_LEDGER, NOON + age)).toMatchObject({
      kind: 'expired',
      isTooStale,
    });
  });

  test('a page with expiration false is fresh for ever', () => {
    expect(freshnessOf(page({ expiration: false }), EMPTY_LEDGER, NOON + 1e12).kind).toBe('fresh');
  });
});

describe('the ledger', () => {
  test.each<[string, Record<string, number>, string]>([
    ['its path', { 'path:/blog/a': 6 }, 'path:/blog/a'],
    ['a tag of it', { 'tag:ünï,code': 6 }, 'tag:ünï,code'],
    ['a folder above it', { 'prefix:/blog/': 6 }, 'prefix:/blog/'],
    ['the folder of that name', { 'prefix:/blog/a/': 6 }, 'prefix:/blog/a/'],
  ])('a newer entry for %s invalidates the page', (_name, entries, by) => {
    expect(freshnessOf(page({ tags: ['ünï,code'] }), ledger(entries), NOON)).toEqual({
      kind: 'invalidated',
      by,
      sequence: 6,
    });
  });

  test.each<[string, Record<string, number>]>([
    ['an entry that the render has seen', { 'path:/blog/a': 5 }],
    ['another path', { 'path:/blog/b': 6 }],
    ['a path that begins the same', { 'path:/blog': 6, 'prefix:/blo/': 6 }],
    ['another tag', { 'tag:x': 6 }],
  ])('%s does not', (_name, entries) => {
    expect(freshnessOf(page(), ledger(entries), NOON).kind).toBe('fresh');
  });

  test('a floor above the page’s sequence does', () => {
    expect(freshnessOf(page(), ledger({}, 6), NOON)).toEqual({ kind: 'invalidated', by: 'floor', sequence: 6 });
    expect(freshnessOf(page(), ledger({}, 5), NOON).kind).toBe('fresh');
  });

  test('invalidated comes before expired', () => {
    expect(freshnessOf(page(), ledger({ 'path:/blog/a': 6 }), NOON + 1e9).kind).toBe('invalidated');
  });

  test('a page made at build time is beyond both: only a build makes it anew', () => {
    expect(
      freshnessOf(page({ isPrerendered: true, ledgerSequence: 0 }), ledger({ 'path:/blog/a': 6 }, 6), NOON + 1e12).kind,
    ).toBe('fresh');
  });
});
