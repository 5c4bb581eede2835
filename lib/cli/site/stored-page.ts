import { setTimeout } from 'node:timers/promises';
import { createS3LedgerStore } from '../../aws/ledger-store.ts';
import { type PrerenderedPages, readPrerenderedPages, readStoredPage } from '../../aws/stored-page.ts';
import type { LedgerSummary } from '../../core/ledger/ledger-summary.ts';
import type { PageFacts } from '../../core/page/page.ts';
import { type PageKey, urlPathOfPageKey } from '../../core/page/page-key.ts';
import type { Freshness } from '../../core/policy/freshness.ts';
import { readFreshness } from '../../core/read-freshness.ts';
import type { SiteBucket } from './bucket.ts';
import type { Place } from './place.ts';

export type PageState = 'fresh' | 'expired' | 'invalidated' | 'prerendered';

/** A stored page, and its state at the time `now`. */
export interface StoredView {
  /** Key of its object in the bucket. */
  readonly key: string;
  /** Percent-encoded, with the query parameters that are part of the page. */
  readonly path: string;
  readonly state: PageState;
  readonly freshness: Freshness;
  readonly facts: PageFacts;
  readonly bytes: number;
  readonly etag: string;
  /** Epoch milliseconds on the stack's clock. */
  readonly now: number;
}

/** Reads stored pages and tells their state, as the serve function would. */
export interface PageViewer {
  /** `undefined` when nothing is stored. */
  view(pageKey: PageKey): Promise<StoredView | undefined>;
}

export function createPageViewer(bucket: SiteBucket, place: Place): PageViewer {
  const now = (): number => Date.now() + (place.session?.offsetMilliseconds ?? 0);
  const ledger = createS3LedgerStore(bucket.objects, { now, sleep: setTimeout });
  const readOnce = (): Promise<readonly [LedgerSummary, PrerenderedPages]> =>
    Promise.all([ledger.read(), readPrerenderedPages(bucket.objects, bucket.deploymentId)]);
  // Read once for a whole listing, so that all its pages are compared with the same state of the ledger.
  let known: ReturnType<typeof readOnce> | undefined;
  return {
    async view(pageKey) {
      const key = `deployments/${bucket.deploymentId}${pageKey}`;
      known ??= readOnce();
      const [object, [summary, prerendered]] = await Promise.all([bucket.head(key), known]);
      if (object === undefined) return undefined;
      const page = await readStoredPage(pageKey, object, { bucket: bucket.objects, prerendered });
      const time = now();
      const freshness = await readFreshness({ page, ledger: summary }, { ledger, clock: { now: () => time } });
      return {
        key,
        path: urlPathOfPageKey(pageKey),
        state: page.isPrerendered ? 'prerendered' : stateOf(freshness),
        freshness,
        facts: page,
        bytes: Number(object.headers['content-length'] ?? 0),
        etag: object.etag,
        now: time,
      };
    },
  };
}

/** Epoch milliseconds. `undefined`: the page does not expire by itself. */
export function expiresAt({ facts }: StoredView): number | undefined {
  return facts.expiration === false ? undefined : facts.renderedAt + facts.expiration * 1000;
}

function stateOf({ kind }: Freshness): PageState {
  return kind === 'missing' ? 'fresh' : kind;
}
