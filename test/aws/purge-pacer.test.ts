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

const goDirectly = (): Promise<boolean> => (pacers[0] as PurgePacer).mayGoDirectly();

describe('who asks for a purge', () => {
  test('alone goes directly, again and again', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await goDirectly()).toBe(true);
      clock.advance(2500);
    }
  });

  test('among many at the same time is the only one to', async () => {
    const answers = await Promise.all(pacers.map((pacer) => pacer.mayGoDirectly()));
    expect(answers.filter((mayGo) => mayGo)).toHaveLength(1);
  });

  test('right after another is sent to the queue, and so are those who come in the next seconds', async () => {
    expect(await goDirectly()).toBe(true);
    clock.advance(1000);
    expect(await goDirectly()).toBe(false);
    clock.advance(4000);
    expect(await goDirectly()).toBe(false);
    clock.advance(10_000);
    expect(await goDirectly()).toBe(true);
  });
});

describe('who carries what waited in the queue', () => {
  test('goes when three seconds have passed since the last, one of many', async () => {
    expect(await goDirectly()).toBe(true);
    clock.advance(1000);
    expect(await Promise.all(pacers.map((pacer) => pacer.waitingTime()))).toEqual(pacers.map(() => 2000));
    clock.advance(2000);
    const waits = await Promise.all(pacers.map((pacer) => pacer.waitingTime()));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(1);
  });

  test('does not wait for a time that a clock set back has left in the future', async () => {
    clock.advance(1_000_000);
    await goDirectly();
    clock.advance(-900_000);
    expect(await goDirectly()).toBe(true);
  });
});
