import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addToShard,
  EMPTY_SHARD,
  type LedgerShard,
  MAX_SHARD_BYTES,
  storedName,
} from '../../../lib/core/ledger/ledger-shard.ts';

const bytesOf = (shard: LedgerShard): number => Buffer.byteLength(JSON.stringify(shard));

/** The newest sequence that invalidates pages with this name. */
const newestFor = (shard: LedgerShard, name: string): number =>
  Math.max(shard.floor, shard.entries[storedName(name)] ?? 0);

const manyNames = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `tag:a product of the catalogue ${from + i}`);

interface Append {
  /** The names `first`, `first + 1`, ... */
  readonly first: number;
  readonly count: number;
  /** How far behind the newest sequence: of a sandbox that was slow. */
  readonly late: number;
  readonly raisesFloor: boolean;
}

const append: fc.Arbitrary<Append> = fc.record({
  first: fc.nat(3000),
  count: fc.constantFrom(1, 2, 400),
  late: fc.constantFrom(0, 0, 1, 3),
  raisesFloor: fc.constantFrom(false, false, false, true),
});

test('whatever is appended, a shard forgets nothing without raising its floor, and stays small', () => {
  fc.assert(
    fc.property(fc.array(append, { maxLength: 20 }), (appends) => {
      const newest = new Map<string, number>();
      let shard = EMPTY_SHARD;
      let published = 0;
      for (const [i, { first, count, late, raisesFloor }] of appends.entries()) {
        const sequence = Math.max(published, i - late) + 1;
        const names = manyNames(first, count);
        shard = addToShard(shard, names, sequence, published);
        for (const name of names) newest.set(name, Math.max(sequence, newest.get(name) ?? 0));
        if (raisesFloor) published = Math.max(published, i - 2);
        expect(bytesOf(shard)).toBeLessThanOrEqual(MAX_SHARD_BYTES);
        const forgotten = [...newest].filter(([name, at]) => Math.max(published, newestFor(shard, name)) < at);
        expect(forgotten).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
});

describe('a shard', () => {
  test('stays the same object when it has the names already, so that nothing is written', () => {
    const shard = addToShard(EMPTY_SHARD, ['tag:a', 'tag:b'], 3, 0);
    expect(addToShard(shard, ['tag:b'], 3, 0)).toBe(shard);
    expect(addToShard(shard, ['tag:b'], 4, 0)).not.toBe(shard);
  });

  test('lets go of what is below the ledger’s floor', () => {
    const shard = addToShard(EMPTY_SHARD, ['tag:a'], 3, 0);
    expect(addToShard(shard, ['tag:b'], 9, 3)).toEqual({ floor: 3, entries: { 'tag:b': 9 } });
  });

  test('that is too large lets go of the oldest names, a quarter of it', () => {
    let shard = EMPTY_SHARD;
    let sequence = 0;
    while (shard.floor === 0) shard = addToShard(shard, manyNames(sequence, 1), ++sequence, 0);
    expect(bytesOf(shard)).toBeLessThan(49 * 1024);
    expect(bytesOf(shard)).toBeGreaterThan(45 * 1024);
    expect(Object.values(shard.entries).every((newest) => newest > shard.floor)).toBe(true);
    expect(shard.entries[manyNames(sequence - 1, 1)[0] ?? '']).toBe(sequence);
  });

  test('of one name that is appended again and again does not grow', () => {
    let shard = EMPTY_SHARD;
    for (let sequence = 1; sequence <= 100; sequence++) shard = addToShard(shard, ['tag:a'], sequence, 0);
    expect(shard).toEqual({ floor: 0, entries: { 'tag:a': 100 } });
  });
});

test.each(['tag:short', 'path:/blog/a', 'prefix:/blog/'])('%s is stored as it is, for people to read', (name) => {
  expect(storedName(name)).toBe(name);
});

test('names of any length and with any characters take 42 bytes at the most', () => {
  const names = fc.string({ unit: 'binary', maxLength: 200, size: 'max' });
  fc.assert(
    fc.property(names, (tag) => {
      expect(Buffer.byteLength(JSON.stringify(storedName(`tag:${tag}`)))).toBeLessThanOrEqual(42);
    }),
  );
});

test('long names that begin the same stay apart', () => {
  const names = Array.from({ length: 100 }, (_, i) => storedName(`tag:${'x'.repeat(300)}${i}`));
  expect(new Set(names).size).toBe(100);
});
