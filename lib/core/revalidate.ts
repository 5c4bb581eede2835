import { mapConcurrently } from '../basics/map-concurrently.ts';
import { factsOf, type StoredPage, versionOf } from './page/page.ts';
import { type PageKey, pathOfPageKey } from './page/page-key.ts';
import { MAX_EDGE_STALE_SECONDS } from './policy/edge-cache-control.ts';
import type { JobQueue, Purger } from './ports.ts';
import { purgeItemsOf } from './purge/purge-items.ts';
import { readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, type RenderOutcome, renderOnce } from './render-once.ts';
import { entriesOf, type Revalidation } from './revalidation.ts';

export interface RevalidatePorts extends RenderOncePorts {
  readonly purger: Purger;
  readonly jobs: JobQueue;
  /** Whether one path may be several pages. Only one of them is rendered, so nothing is known of the others. */
  readonly hasQueryVariants: boolean;
}

export interface PageResult {
  readonly path: string;
  /**
   * `prerendered`: made at build time, only a deployment changes it. `not-stored`: the page answers each request anew.
   * `failed`: the old page, if any, is still served and marked as stale; it is tried again.
   */
  readonly outcome: 'rendered' | 'unchanged' | 'not-found' | 'not-stored' | 'prerendered' | 'failed';
  readonly reason?: string;
  /** What was done about its copies at the edge; nothing when they are as good as the new page. */
  readonly purge: Purge;
  /** Until it was rendered and stored. */
  readonly milliseconds: number;
}

/** What was done about copies at the edge. `queued`: they go within seconds. */
export type Purge = 'purged' | 'queued' | 'nothing-to-purge';

/** Pages of a tag or prefix are rendered when they are next asked for. */
export interface CoverResult {
  readonly outcome: Purge;
  /** Until it was noted and purged or queued. */
  readonly milliseconds: number;
}

export interface RevalidationResult {
  /** Of the ledger: later revalidations have higher ones. */
  readonly sequence: number;
  readonly pages: readonly PageResult[];
  readonly tags: readonly (CoverResult & { readonly tag: string })[];
  readonly prefixes: readonly (CoverResult & { readonly prefix: string })[];
  /** Present when everything was asked for. */
  readonly all?: CoverResult;
  /** Of the one call that purges for all items. */
  readonly purge: Purge;
  readonly milliseconds: number;
}

/** Renders at the same time; more would only queue up at the site's own data sources. */
const CONCURRENT_RENDERS = 8;

/** The ledger first, then the pages, then the edge: whoever asks the origin after this resolved gets nothing older. */
export async function revalidate(
  revalidation: Revalidation,
  deploymentId: string,
  ports: RevalidatePorts,
): Promise<RevalidationResult> {
  const begun = ports.clock.now();
  const sequence = await ports.ledger.append(entriesOf(revalidation));
  const done = await mapConcurrently(revalidation.pages, CONCURRENT_RENDERS, (key) => revalidatePage(key, ports));
  const pages = done.filter(({ mustPurge }) => mustPurge).map(({ key }) => key);
  const items = purgeItemsOf({ ...revalidation, pages }, deploymentId);
  const purge = items.length === 0 ? 'nothing-to-purge' : await ports.purger.purge(items);
  await mapConcurrently(done, CONCURRENT_RENDERS, ({ key, page }) => notePurge(key, page, ports));
  const milliseconds = ports.clock.now() - begun;
  const cover: CoverResult = { outcome: purge, milliseconds };
  return {
    sequence,
    pages: done.map(({ result, mustPurge }) => ({ ...result, purge: mustPurge ? purge : 'nothing-to-purge' })),
    tags: revalidation.tags.map((tag) => ({ tag, ...cover })),
    prefixes: revalidation.prefixes.map((prefix) => ({ prefix, ...cover })),
    ...(revalidation.all ? { all: cover } : {}),
    purge,
    milliseconds,
  };
}

interface RevalidatedPage {
  readonly key: PageKey;
  readonly result: Omit<PageResult, 'purge'>;
  /** As it is stored now. */
  readonly page: StoredPage | undefined;
  readonly mustPurge: boolean;
}

async function revalidatePage(key: PageKey, ports: RevalidatePorts): Promise<RevalidatedPage> {
  const begun = ports.clock.now();
  const { page: old, ledger } = await readPageAndLedger(key, ports);
  const done = (outcome: PageResult['outcome'], page?: StoredPage, reason?: string): RevalidatedPage => ({
    key,
    page,
    mustPurge: outcome !== 'unchanged' || ports.hasQueryVariants || mayEdgeHoldOlder(page, begun),
    result: {
      path: pathOfPageKey(key),
      outcome,
      ...(reason === undefined ? {} : { reason }),
      milliseconds: ports.clock.now() - begun,
    },
  });
  if (old?.prerendered) return done('prerendered');
  const outcome = await renderOnce(key, old, ledger, { ...ports, isRevalidation: true });
  if (outcome.kind !== 'failed') return done(resultOf(outcome), outcome.kind === 'stored' ? outcome.page : undefined);
  if (outcome.old !== undefined) await ports.jobs.requestRegeneration(key, versionOf(outcome.old));
  return done('failed', undefined, outcome.reason);
}

/** Something older than the page that was found unchanged: an earlier revalidation died, or a page expired just now. */
function mayEdgeHoldOlder(page: StoredPage | undefined, now: number): boolean {
  if (page?.isUnpurged) return true;
  return page?.replacedAt !== undefined && now - page.replacedAt <= 2 * MAX_EDGE_STALE_SECONDS * 1000;
}

/** Done or queued: either way nobody has to think of it again. A page that was replaced meanwhile has its own facts. */
async function notePurge(key: PageKey, page: StoredPage | undefined, ports: RevalidatePorts): Promise<void> {
  if (!page?.isUnpurged) return;
  const { isUnpurged, ...facts } = factsOf(page);
  await ports.pages.write(key, facts, page.body, { etag: page.etag });
}

function resultOf(outcome: Exclude<RenderOutcome, { kind: 'failed' }>): PageResult['outcome'] {
  if (outcome.kind === 'gone') return 'not-found';
  if (outcome.kind === 'private') return 'not-stored';
  return outcome.rendered && !outcome.changed ? 'unchanged' : 'rendered';
}
