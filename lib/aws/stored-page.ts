import type { Bucket, StoredObject } from '../core/bucket/bucket.ts';
import type { PageFacts, PrerenderedFacts, StoredPage } from '../core/page/page.ts';
import type { PageKey } from '../core/page/page-key.ts';
import { unpackBody } from './page-body.ts';
import { factsOfPrerendered, readFacts } from './page-facts.ts';

/** What the build says of a page that it made. Of most it says nothing. */
export type PrerenderedPages = (pageKey: PageKey) => PrerenderedFacts | undefined;

export interface StoredPageSource {
  /** Holds the facts that do not fit into the metadata of a page's object. */
  readonly bucket: Bucket;
  readonly prerendered: PrerenderedPages;
}

/**
 * The page in an object of the bucket. Everybody reads stored pages here: the functions, the command line and the
 * inspector. An object that was read with HEAD gives a page with an empty body.
 */
export async function readStoredPage(
  pageKey: PageKey,
  { headers, body, etag }: StoredObject,
  { bucket, prerendered }: StoredPageSource,
): Promise<StoredPage> {
  const stored = await readFacts(headers, bucket);
  if (stored !== undefined) {
    const { bodyBytes, ...facts } = stored;
    const ownBody = unpackBody(body, { bodyBytes, contentEncoding: headers['content-encoding'] });
    return { ...facts, pageKey, body: ownBody, etag, isPrerendered: false };
  }
  return { ...prerenderedFacts(headers, prerendered(pageKey)), pageKey, body, etag, isPrerendered: true };
}

/** What the build of a deployment says of its pages, as the construct put it into the bucket. */
export async function readPrerenderedPages(bucket: Bucket, deploymentId: string): Promise<PrerenderedPages> {
  const object = await bucket.get(`_isr/prerendered/${deploymentId}.json`);
  // A build that has nothing to say has no such object.
  if (object === undefined) return () => undefined;
  const pages = JSON.parse(object.body.toString('utf8')) as Readonly<Record<PageKey, PrerenderedFacts>>;
  return (pageKey) => pages[pageKey];
}

function prerenderedFacts(headers: StoredObject['headers'], said: PrerenderedFacts = {}): PageFacts {
  const facts = factsOfPrerendered(headers);
  return { ...facts, ...said, headers: { ...facts.headers, ...said.headers } };
}
