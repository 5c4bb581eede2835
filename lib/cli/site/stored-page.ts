import { createS3LedgerStore } from '../../aws/ledger-store.ts';
import { factsOfPrerendered, readFacts } from '../../aws/page-facts.ts';
import { ledgerAbout, shardsConcerning } from '../../core/ledger/ledger-summary.ts';
import type { PageFacts, StoredPage } from '../../core/page/page.ts';
import { type PageKey, urlPathOfPageKey } from '../../core/page/page-key.ts';
import { type Freshness, freshnessOf } from '../../core/policy/freshness.ts';
import type { LedgerStore } from '../../core/ports.ts';
import type { SiteBucket } from './bucket.ts';
import type { Place } from './place.ts';

export type PageState = 'fresh' | 'expired' | 'invalidated' | 'prerendered';

/** A page as it lies in the bucket, and what that means at `now`. */
export interface StoredView {
  /** Of the object in the bucket. */
  readonly key: string;
  /** Percent-encoded, with the query parameters that are part of the page. */
  readonly path: string;
  readonly state: PageState;
  readonly freshness: Freshness;
  /** The entry of the ledger that put it out of date; 'floor': everything up to that sequence is. */
  readonly invalidatedBy: { readonly entry: string; readonly sequence: number } | undefined;
  readonly facts: PageFacts;
  readonly bytes: number;
  readonly etag: string;
  /** Epoch milliseconds on the stack's clock. */
  readonly now: number;
}

/** Reads pages and says in which state they are, as the serve function would. */
export interface PageViewer {
  /** `undefined` when nothing is stored. */
  view(key: PageKey): Promise<StoredView | undefined>;
}

export function createPageViewer(bucket: SiteBucket, place: Place): PageViewer {
  const now = (): number => Date.now() + (place.session?.offsetMilliseconds ?? 0);
  const ledger = createS3LedgerStore(bucket.objects, {
    now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  // One for all pages of a listing: they are compared with one state of the ledger.
  let summary: ReturnType<LedgerStore['read']> | undefined;
  return {
    async view(pageKey) {
      const key = `deployments/${bucket.deploymentId}${pageKey}`;
      summary ??= ledger.read();
      const [object, current] = await Promise.all([bucket.head(key), summary]);
      if (object === undefined) return undefined;
      const facts = await readFacts(object.headers, bucket.objects);
      const page: StoredPage = {
        ...(facts ?? factsOfPrerendered(object.headers)),
        body: object.body,
        etag: object.etag,
        prerendered: facts === undefined,
      };
      const shards = page.prerendered ? [] : shardsConcerning(current, pageKey, page);
      const about = ledgerAbout(current, await ledger.readShards(shards, current), pageKey, page);
      const time = now();
      const freshness = freshnessOf(pageKey, page, about, time);
      const by = freshness.kind === 'invalidated' ? freshness.by : undefined;
      return {
        key,
        path: urlPathOfPageKey(pageKey),
        state: page.prerendered ? 'prerendered' : stateOf(freshness),
        freshness,
        invalidatedBy: by === undefined ? undefined : { entry: by, sequence: about.entries[by] ?? about.floor },
        facts: page,
        bytes: Number(object.headers['content-length'] ?? 0),
        etag: object.etag,
        now: time,
      };
    },
  };
}

/** Epoch milliseconds; `undefined`: it never expires by itself. */
export function expiresAt({ facts }: StoredView): number | undefined {
  return facts.expiration === false ? undefined : facts.renderedAt + facts.expiration * 1000;
}

function stateOf({ kind }: Freshness): PageState {
  return kind === 'missing' ? 'fresh' : kind;
}
