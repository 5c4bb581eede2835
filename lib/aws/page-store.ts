import type { Bucket, ObjectWrite } from '../core/bucket/bucket.ts';
import { factsOf, type RenderedPage, type StoredPage } from '../core/page/page.ts';
import { fileKeyOf, type PageKey } from '../core/page/page-key.ts';
import { FAIL_OVER_CACHE_CONTROL } from '../core/policy/edge-cache-control.ts';
import type { PageStore } from '../core/ports.ts';
import { CACHE_TAG_HEADER, edgeTagsOfPage } from '../core/purge/edge-tags.ts';
import { packBody } from './page-body.ts';
import { factsHeaders } from './page-facts.ts';
import { type PrerenderedPages, readStoredPage } from './stored-page.ts';

export interface PageStoreOptions {
  readonly deploymentId: string;
  readonly prerendered?: PrerenderedPages;
}

/** By this tag the bucket's lifecycle knows rendered pages, which it deletes after a while. Those of the build stay. */
const RENDERED_TAG = 'isr=rendered';

/** Of the 2 KB that S3 allows for all metadata. */
const MAX_TAGS_LENGTH = 1024;

export function createS3PageStore(bucket: Bucket, options: PageStoreOptions): PageStore {
  const { deploymentId, prerendered = () => undefined } = options;
  const objectKey = (pageKey: PageKey): string => `deployments/${deploymentId}${pageKey}`;
  const readAt = async (place: PageKey, pageKey: PageKey): Promise<StoredPage | undefined> => {
    const object = await bucket.get(objectKey(place));
    if (object === undefined) return undefined;
    const page = await readStoredPage(place, object, { bucket, prerendered });
    return { ...page, pageKey };
  };
  return {
    async read(pageKey) {
      const page = await readAt(pageKey, pageKey);
      if (page !== undefined) return page;
      const fileKey = fileKeyOf(pageKey);
      const file = fileKey === undefined ? undefined : await readAt(fileKey, pageKey);
      return file?.isPrerendered ? file : undefined;
    },
    async write(page, condition) {
      const key = objectKey(page.pageKey);
      const { bytes, headers } = await objectOf(page, bucket);
      const etag = await bucket.put(key, bytes, { headers, condition });
      return etag === 'conflict' ? etagOfOwnWrite(key, bytes, bucket) : etag;
    },
    remove: ({ pageKey, etag }) => bucket.remove(objectKey(pageKey), etag),
  };
}

async function objectOf(
  page: RenderedPage,
  bucket: Bucket,
): Promise<Pick<ObjectWrite, 'headers'> & { readonly bytes: Uint8Array }> {
  const contentType = page.headers['content-type'] ?? 'application/octet-stream';
  const { bytes, contentEncoding, bodyBytes } = packBody(page.body, contentType);
  const tags = edgeTagsOfPage(page, MAX_TAGS_LENGTH);
  const facts = { ...factsOf(page), ...(bodyBytes === undefined ? {} : { bodyBytes }) };
  const headers = {
    ...(await factsHeaders(facts, tags.length, bucket)),
    [CACHE_TAG_HEADER]: tags,
    'content-type': contentType,
    ...(contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding }),
    'cache-control': FAIL_OVER_CACHE_CONTROL,
    'x-amz-tagging': RENDERED_TAG,
  };
  return { bytes, headers };
}

/** A write whose answer was lost is made again, and then meets itself. */
async function etagOfOwnWrite(key: string, bytes: Uint8Array, bucket: Bucket): Promise<string | 'conflict'> {
  const object = await bucket.get(key);
  return object?.body.equals(bytes) ? object.etag : 'conflict';
}
