import { describe, expect, test } from 'vitest';
import { createS3LeaseStore } from '../../lib/aws/lease-store.ts';
import { createMemoryBucket, type MemoryObjects } from '../fakes/memory-bucket.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { keyOf } from '../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const NAME = `_isr/leases/${DEPLOYMENT}/a/index.html`;

describe('an object that is no lease of ours', () => {
  test.each(['', 'null', '[]', '{}', '{"endsAt":', '{"endsAt":"never"}', '{"endsAt":null}', '"x"', '\u0000'])(
    '%j holds up nobody, and one of many takes its place',
    async (text) => {
      const bucket = createMemoryBucket(new Map() as MemoryObjects);
      await bucket.put(NAME, text);
      const options = { deploymentId: DEPLOYMENT, durationMs: 15_000, clock: new VirtualClock() };
      const all = Array.from({ length: 5 }, () => createS3LeaseStore(bucket, options).acquire(keyOf('/a'), 0));
      const [lease, ...others] = (await Promise.all(all)).filter((each) => each !== undefined);
      expect(others).toEqual([]);
      await lease?.release();
      expect(await bucket.get(NAME)).toBeUndefined();
    },
  );
});
