import type { Bucket } from '../core/bucket/bucket.ts';
import type { PageKey } from '../core/page/page-key.ts';
import { FAIL_OVER_CACHE_CONTROL } from '../core/policy/edge-cache-control.ts';
import type { PageStore } from '../core/ports.ts';
import { factsHeaders } from './page-facts.ts';
import { type PrerenderedPages, readStoredPage } from './stored-page.ts';

export interface PageStoreOptions {
  readonly deploymentId: string;
  readonly prerendered?: PrerenderedPages;
}

/** The bucket's lifecycle lets go of rendered pages after a while; those of the build stay. */
const RENDERED_TAG = 'isr=rendered';

export function createS3PageStore(bucket: Bucket, options: PageStoreOptions): PageStore {
  const { deploymentId, prerendered = () => undefined } = options;
  const objectKey = (key: PageKey): string => `deployments/${deploymentId}${key}`;
  return {
    async read(key) {
      const object = await bucket.get(objectKey(key));
      return object === undefined ? undefined : readStoredPage(key, object, { bucket: bucket, prerendered });
    },
    async write(key, facts, body, condition) {
      const headers = {
        ...(await factsHeaders(facts, bucket)),
        'content-type': facts.headers['content-type'] ?? 'application/octet-stream',
        'cache-control': FAIL_OVER_CACHE_CONTROL,
        'x-amz-tagging': RENDERED_TAG,
      };
      return bucket.put(objectKey(key), body, { headers, condition });
    },
    remove: (key, etag) => bucket.remove(objectKey(key), etag),
  };
}
