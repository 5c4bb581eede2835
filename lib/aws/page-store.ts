import type { Bucket } from '../core/bucket/bucket.ts';
import { factsOf } from '../core/page/page.ts';
import type { PageKey } from '../core/page/page-key.ts';
import { FAIL_OVER_CACHE_CONTROL } from '../core/policy/edge-cache-control.ts';
import type { PageStore } from '../core/ports.ts';
import { factsHeaders } from './page-facts.ts';
import { type PrerenderedPages, readStoredPage } from './stored-page.ts';

export interface PageStoreOptions {
  readonly deploymentId: string;
  readonly prerendered?: PrerenderedPages;
}

/** By this tag the bucket's lifecycle knows rendered pages, which it deletes after a while. Those of the build stay. */
const RENDERED_TAG = 'isr=rendered';

export function createS3PageStore(bucket: Bucket, options: PageStoreOptions): PageStore {
  const { deploymentId, prerendered = () => undefined } = options;
  const objectKey = (pageKey: PageKey): string => `deployments/${deploymentId}${pageKey}`;
  return {
    async read(pageKey) {
      const object = await bucket.get(objectKey(pageKey));
      return object === undefined ? undefined : readStoredPage(pageKey, object, { bucket, prerendered });
    },
    async write(page, condition) {
      const headers = {
        ...(await factsHeaders(factsOf(page), bucket)),
        'content-type': page.headers['content-type'] ?? 'application/octet-stream',
        'cache-control': FAIL_OVER_CACHE_CONTROL,
        'x-amz-tagging': RENDERED_TAG,
      };
      return bucket.put(objectKey(page.pageKey), page.body, { headers, condition });
    },
    remove: ({ pageKey, etag }) => bucket.remove(objectKey(pageKey), etag),
  };
}
