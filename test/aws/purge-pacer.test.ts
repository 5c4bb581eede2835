import { beforeEach, describe, expect, test } from 'vitest';
import { createPurgePacer, type PurgePacer } from '../../lib/aws/purge-pacer.ts';
import { createMemoryObjects } from '../fakes/memory-objects.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';

let clock: VirtualClock;
let pacers: PurgePacer[];
beforeEach(() => {
  clock = new VirtualClock();
  const objects = createMemoryObjects(new Map());
  pacers = Array.from({ length: 20 }, () => createPurgePacer(objects, clock));
});

const directTurn = (): Promise<number | 'queue'> => (pacers[0] as PurgePacer).directTurn();

describe('who asks for a purge', () => {
  test('alone goes at once, again and again', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await directTurn()).toBe(0);
      clock.advance(2500);
    }
  });

  test('right after another waits for the next turn', async () => {
    expect(await directTurn()).toBe(0);
    clock.advance(1000);
    expect(await directTurn()).toBe(1500);
    clock.advance(1500);
    expect(await directTurn()).toBe(2500);
  });

  test('while somebody waits already is sent to the queue, and so are those who come in the next seconds', async () => {
    expect([await directTurn(), await directTurn(), await directTurn()]).toEqual([0, 2500, 'queue']);
    clock.advance(5000);
    expect(await directTurn()).toBe('queue');
    clock.advance(10_000);
    expect(await directTurn()).toBe(0);
  });

  test('among many at the same time is one of two at the most who go on their own', async () => {
    const turns = await Promise.all(pacers.map((pacer) => pacer.directTurn()));
    expect(turns).toContain(0);
    expect(turns.filter((turn) => turn === 'queue').length).toBeGreaterThanOrEqual(pacers.length - 2);
  });
});

describe('who carries what waited in the queue', () => {
  test('goes when three seconds have passed since the last, one of many', async () => {
    expect(await directTurn()).toBe(0);
    clock.advance(1000);
    expect(await Promise.all(pacers.map((pacer) => pacer.waitingTime()))).toEqual(pacers.map(() => 2000));
    clock.advance(2000);
    const waits = await Promise.all(pacers.map((pacer) => pacer.waitingTime()));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
  });

  test('leaves room for one who waits on their own', async () => {
    await directTurn();
    expect(await directTurn()).toBe(2500);
    expect(await pacers[1]?.waitingTime()).toBe(5500);
  });

  test('does not wait for a time that a clock set back has left in the future', async () => {
    clock.advance(1_000_000);
    await directTurn();
    clock.advance(-900_000);
    expect(await directTurn()).toBe(0);
  });
});
