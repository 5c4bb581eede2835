import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseStore } from '../../lib/core/ports.ts';
import { keyOf } from '../fakes/world.ts';

export interface LeaseStoreSubject {
  /** One more store over the same leases, as another sandbox has it. */
  open(): LeaseStore;
  advance(milliseconds: number): void;
}

/** Leases of 15 seconds. Each test begins with none. */
export function describeLeaseStore(name: string, create: () => Promise<LeaseStoreSubject>): void {
  describe(`a lease store: ${name}`, () => {
    const key = keyOf('/a');
    let subject: LeaseStoreSubject;
    beforeEach(async () => {
      subject = await create();
    });

    test('gives the lease of a page to one of many', async () => {
      const leases = await Promise.all(Array.from({ length: 20 }, () => subject.open().acquire(key, 0)));
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    test('gives leases of different pages to different holders', async () => {
      expect(await subject.open().acquire(key, 0)).toBeDefined();
      expect(await subject.open().acquire(keyOf('/b'), 0)).toBeDefined();
    });

    test('gives one lease of each rank', async () => {
      const leases = await Promise.all([0, 1, 1, 2].map((rank) => subject.open().acquire(key, rank)));
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(3);
    });

    test('gives it to the next once it is released', async () => {
      const lease = await subject.open().acquire(key, 0);
      expect(await subject.open().acquire(key, 0)).toBeUndefined();
      await lease?.release();
      expect(await subject.open().acquire(key, 0)).toBeDefined();
    });

    test('takes it from a holder that did not release it in time, for one of many', async () => {
      await subject.open().acquire(key, 0);
      subject.advance(15_001);
      const leases = await Promise.all(Array.from({ length: 10 }, () => subject.open().acquire(key, 0)));
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    test('a holder that comes too late does not release the lease of the next', async () => {
      const late = await subject.open().acquire(key, 0);
      subject.advance(15_001);
      await subject.open().acquire(key, 0);
      await late?.release();
      expect(await subject.open().acquire(key, 0)).toBeUndefined();
    });

    test('opened, it is everybody’s for 10 seconds, then one’s again', async () => {
      const lease = await subject.open().acquire(key, 0);
      await lease?.open();
      const askTwenty = () => Promise.all(Array.from({ length: 20 }, () => subject.open().acquire(key, 0)));
      const open = await askTwenty();
      expect(open.every((each) => each !== undefined)).toBe(true);
      await open[0]?.release();
      expect(await subject.open().acquire(key, 0)).toBeDefined();
      subject.advance(10_001);
      expect((await askTwenty()).filter((each) => each !== undefined)).toHaveLength(1);
    });

    test('a holder that comes too late does not open the lease of the next', async () => {
      const late = await subject.open().acquire(key, 0);
      subject.advance(15_001);
      await subject.open().acquire(key, 0);
      await late?.open();
      expect(await subject.open().acquire(key, 0)).toBeUndefined();
    });
  });
}
