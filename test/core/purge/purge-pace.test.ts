import { beforeEach, describe, expect, test } from 'vitest';
import { createPurgePace, type PurgePace } from '../../../lib/core/purge/purge-pace.ts';
import { createMemoryBucket } from '../../fakes/memory-bucket.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

let clock: VirtualClock;
let paces: PurgePace[];
beforeEach(() => {
  clock = new VirtualClock();
  const bucket = createMemoryBucket(new Map());
  paces = Array.from({ length: 20 }, () => createPurgePace(bucket, clock));
});

const promptTurn = (): Promise<number | 'queue'> => (paces[0] as PurgePace).promptTurn();

describe('who asks for a purge', () => {
  test('alone goes at once, again and again', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await promptTurn()).toBe(0);
      clock.advance(2500);
    }
  });

  test('right after another waits for the next turn', async () => {
    expect(await promptTurn()).toBe(0);
    clock.advance(1000);
    expect(await promptTurn()).toBe(1500);
    clock.advance(1500);
    expect(await promptTurn()).toBe(2500);
  });

  test('while somebody waits already is sent to the queue, and so are those who come in the next seconds', async () => {
    expect([await promptTurn(), await promptTurn(), await promptTurn()]).toEqual([0, 2500, 'queue']);
    clock.advance(5000);
    expect(await promptTurn()).toBe('queue');
    clock.advance(10_000);
    expect(await promptTurn()).toBe(0);
  });

  test('among many at the same time is one of two at the most who go on their own', async () => {
    const turns = await Promise.all(paces.map((pace) => pace.promptTurn()));
    expect(turns).toContain(0);
    expect(turns.filter((turn) => turn === 'queue').length).toBeGreaterThanOrEqual(paces.length - 2);
  });
});

describe('who carries what waited in the queue', () => {
  test('goes when three seconds have passed since the last, one of many', async () => {
    expect(await promptTurn()).toBe(0);
    clock.advance(1000);
    expect(await Promise.all(paces.map((pace) => pace.mergedTurn()))).toEqual(paces.map(() => 2000));
    clock.advance(2000);
    const waits = await Promise.all(paces.map((pace) => pace.mergedTurn()));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
  });

  test('leaves room for one who waits on their own', async () => {
    await promptTurn();
    expect(await promptTurn()).toBe(2500);
    expect(await paces[1]?.mergedTurn()).toBe(5500);
  });

  test('does not wait for a time that a clock set back has left in the future', async () => {
    clock.advance(1_000_000);
    await promptTurn();
    clock.advance(-900_000);
    expect(await promptTurn()).toBe(0);
  });
});
