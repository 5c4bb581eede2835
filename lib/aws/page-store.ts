import type { PageFacts, StoredPage } from '../core/page/page.ts';
import type { PageKey } from '../core/page/page-key.ts';
import { FAIL_OVER_CACHE_CONTROL } from '../core/policy/edge-cache-control.ts';
import type { PageStore } from '../core/ports.ts';
import type { Objects, StoredObject } from './objects.ts';
import { factsHeaders, factsOfPrerendered, readFacts } from './page-facts.ts';

export interface PageStoreOptions {
  readonly deploymentId: string;
  /** What the build says of pages that it made, where their file's name does not say it. */
  readonly prerendered?: (key: PageKey) => Partial<Pick<PageFacts, 'status' | 'headers'>> | undefined;
}

/** The bucket's lifecycle lets go of rendered pages after a while; those of the build stay. */
const RENDERED_TAG = 'isr=rendered';

export function createS3PageStore(objects: Objects, options: PageStoreOptions): PageStore {
  const objectKey = (key: PageKey): string => `deployments/${options.deploymentId}${key}`;
  return {
    async read(key) {
      const object = await objects.get(objectKey(key));
      if (object === undefined) return undefined;
      const facts = await readFacts(object.headers, objects);
      if (facts === undefined) return prerenderedPage(object, options.prerendered?.(key));
      return { ...facts, body: object.body, etag: object.etag, prerendered: false };
    },
    async write(key, facts, body, condition) {
      const headers = {
        ...(await factsHeaders(facts, objects)),
        'content-type': facts.headers['content-type'] ?? 'application/octet-stream',
        'cache-control': FAIL_OVER_CACHE_CONTROL,
        'x-amz-tagging': RENDERED_TAG,
      };
      return objects.put(objectKey(key), body, { headers, condition });
    },
    remove: (key, etag) => objects.remove(objectKey(key), etag),
  };
}

function prerenderedPage(
  object: StoredObject,
  exceptions: Partial<Pick<PageFacts, 'status' | 'headers'>> | undefined,
): StoredPage {
  const facts = factsOfPrerendered(object.headers);
  return {
    ...facts,
    status: exceptions?.status ?? facts.status,
    headers: { ...facts.headers, ...exceptions?.headers },
    body: object.body,
    etag: object.etag,
    prerendered: true,
  };
}
