import { mapConcurrently } from '../basics/map-concurrently.ts';
import { type PageKey, pathOfPageKey } from '../core/page/page-key.ts';
import type { AwsClient } from './client.ts';
import { sidecarKeyIn } from './page-facts.ts';
import { headObject, listFolders, listObjects } from './s3-listing.ts';

/** Objects of the bucket that say anything of one page. */
export interface PageTraces {
  readonly pages: readonly string[];
  readonly facts: readonly string[];
  readonly leases: readonly string[];
}

const CONCURRENT_LOOKS = 16;

/**
 * Finds a page in every deployment: its variants by query, and each spelling of its path. All keys are looked at, because a
 * spelling may begin like no other. `path`: as by `pathOfPageKey`.
 */
export async function findPageTraces(aws: AwsClient, bucket: string, path: string): Promise<PageTraces> {
  const pages = await keysOfPage(aws, bucket, 'deployments/', path);
  const heads = await mapConcurrently(pages, CONCURRENT_LOOKS, (key) => headObject(aws, bucket, key));
  const facts = heads.flatMap((head) => (head === undefined ? [] : (sidecarKeyIn(head.headers) ?? [])));
  return { pages, facts: [...new Set(facts)], leases: await keysOfPage(aws, bucket, '_isr/leases/', path) };
}

async function keysOfPage(aws: AwsClient, bucket: string, folder: string, path: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await listFolders(aws, bucket, folder)) {
    const root = `${folder}${name}`;
    for await (const objects of listObjects(aws, bucket, `${root}/`)) {
      const keys = objects.map(({ key }) => key);
      found.push(...keys.filter((key) => pathOfPageKey(key.slice(root.length) as PageKey) === path));
    }
  }
  return found;
}
