import { beforeEach, expect, test } from 'vitest';
import { openSiteAddress, siteUrlOf } from '../../../lambdas/shared/site-address.ts';
import type { Bucket } from '../../../lib/core/bucket/bucket.ts';
import { createMemoryBucket, type ObjectCall } from '../../fakes/memory-bucket.ts';

const ADDRESS = { distributionId: 'E1', url: 'https://d1.cloudfront.net' };

let calls: ObjectCall[];
let bucket: Bucket;
beforeEach(() => {
  calls = [];
  bucket = createMemoryBucket(new Map(), { request: async (call) => void calls.push(call) });
});

async function write(body: string): Promise<void> {
  await bucket.put('_isr/site.json', body);
  calls = [];
}

test('the address is read once, however often it is asked for', async () => {
  await write(JSON.stringify({ ...ADDRESS, deploymentId: 'a1' }));
  const address = openSiteAddress(bucket);
  expect(await address.get()).toMatchObject(ADDRESS);
  expect(await address.get()).toMatchObject(ADDRESS);
  expect(calls).toHaveLength(1);
});

test('an address that is not there yet is asked for again, until it is', async () => {
  const address = openSiteAddress(bucket);
  await expect(address.get()).rejects.toMatchObject({
    code: 'SITE_UNKNOWN',
    message: expect.stringContaining('is not there'),
  });
  await write(JSON.stringify(ADDRESS));
  expect(await address.get()).toMatchObject(ADDRESS);
});

test.each(['', 'null', '[]', '{}', '{"distributionId":', '{"distributionId":7,"url":""}'])(
  'an address that somebody spoilt is unknown: %s',
  async (body) => {
    await write(body);
    await expect(openSiteAddress(bucket).get()).rejects.toMatchObject({
      code: 'SITE_UNKNOWN',
      message: expect.stringContaining('is not what was written'),
    });
  },
);

test('an address that turned out wrong is read again', async () => {
  await write(JSON.stringify(ADDRESS));
  const address = openSiteAddress(bucket);
  await address.get();
  await write(JSON.stringify({ ...ADDRESS, distributionId: 'E2' }));
  address.forget();
  expect((await address.get()).distributionId).toBe('E2');
});

test('a site with a name of its own reads nothing for it', async () => {
  expect(await siteUrlOf('https://example.com', openSiteAddress(bucket))()).toBe('https://example.com');
  expect(calls).toEqual([]);
});
