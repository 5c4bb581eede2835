import { pageKeyOfUri, pathOfPageKey, queryOfPageKey } from '../../../lib/core/page/page-key.ts';
import type { Bucket, BucketObject } from '../aws/bucket.ts';
import { type Shown, type Site, type SitePage, shownIn } from '../site.ts';

/** What a page's object says of itself, as far as the checks look at it. */
export interface Facts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly renderedAt: number;
  readonly expiration: number | false;
  readonly ledgerSequence: number;
  readonly ledgerId?: string;
  readonly retryAt?: number;
}

/** The page that an object or a copy is about. */
export interface PageName {
  readonly page: SitePage;
  readonly deployment: string;
  readonly query: string;
}

/** `uri`: `/deployments/<id><key>`, percent-encoded. */
export function pageNameOf(uri: string, site: Site): PageName | undefined {
  const [, deployment = '', keyUri = ''] = /^\/deployments\/([0-9a-f]+)(\/.*)$/.exec(uri) ?? [];
  const pageKey = pageKeyOfUri(keyUri);
  const page = pageKey === undefined ? undefined : site.pageOf(pathOfPageKey(pageKey));
  return pageKey === undefined || page === undefined ? undefined : { page, deployment, query: queryOfPageKey(pageKey) };
}

/** `undefined` for an object that somebody has spoilt. */
export function factsOf({ headers }: BucketObject, bucket: Bucket): Facts | undefined {
  try {
    const entry = JSON.parse(headers['x-amz-meta-isr'] ?? '{}') as Partial<Facts> & { reference?: string };
    const sidecar =
      entry.reference === undefined ? undefined : bucket.objects.get(`_isr/facts/${entry.reference}.json`);
    const facts = sidecar === undefined ? entry : (JSON.parse(sidecar.body.toString()) as Partial<Facts>);
    return facts.headers === undefined || facts.renderedAt === undefined ? undefined : (facts as Facts);
  } catch {
    return undefined;
  }
}

export function shownInObject(object: BucketObject, bucket: Bucket): Shown | undefined {
  return shownIn(factsOf(object, bucket)?.headers ?? {}, object.body.toString());
}
