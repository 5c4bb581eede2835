import { mapConcurrently } from '../basics/map-concurrently.ts';
import { type StoredPage, versionOf } from './page/page.ts';
import { type PageKey, pathOfPageKey } from './page/page-key.ts';
import { MAX_EDGE_STALE_SECONDS } from './policy/edge-cache-control.ts';
import type { JobQueue, Purger } from './ports.ts';
import { purgeItemsOf } from './purge/purge-items.ts';
import { readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, type RenderOutcome, renderOnce } from './render-once.ts';
import type { RenderOptions } from './render-page.ts';
import { entriesOf, type Revalidation } from './revalidation.ts';

export interface RevalidateOptions extends RenderOptions {
  readonly deploymentId: string;
  /** Whether one path may have several pages, by its query. Only one of them is rendered; the others may differ too. */
  readonly hasQueryVariants: boolean;
}

export interface RevalidatePorts extends RenderOncePorts {
  readonly purger: Purger;
  readonly jobs: JobQueue;
}

export interface PageOutcome {
  readonly path: string;
  /**
   * `prerendered`: made at build time, only a deployment changes it. `not-stored`: the page is rendered for each request.
   * `failed`: the old page, if any, is still served and marked as stale; it is tried again.
   */
  readonly outcome: 'rendered' | 'unchanged' | 'not-found' | 'not-stored' | 'prerendered' | 'failed';
  readonly reason?: string;
  /** What was done about its copies at the edge. Nothing when they are as good as the new page. */
  readonly purge: PurgeOutcome;
  /** How long it took to render and store. */
  readonly milliseconds: number;
}

/** What was done about copies at the edge. `queued`: they go within seconds. */
export type PurgeOutcome = 'purged' | 'queued' | 'nothing-to-purge';

/** Of a tag or a prefix: its pages are rendered when they are next asked for. */
export interface CoverOutcome {
  readonly outcome: PurgeOutcome;
  /** How long it took to note it, and to purge or to queue the purge. */
  readonly milliseconds: number;
}

export interface RevalidationOutcome {
  /** The ledger's. Later revalidations have higher ones. */
  readonly sequence: number;
  readonly pages: readonly PageOutcome[];
  readonly tags: readonly (CoverOutcome & { readonly tag: string })[];
  readonly prefixes: readonly (CoverOutcome & { readonly prefix: string })[];
  /** Present when everything was asked for. */
  readonly all?: CoverOutcome;
  /** One call purges all items, so they share its outcome. */
  readonly purge: PurgeOutcome;
  readonly milliseconds: number;
}

/** More renders at the same time would only wait for each other at the site's data sources. */
const CONCURRENT_RENDERS = 8;

/** First the ledger, then the pages, then the edge. Once it has resolved, the origin responds with nothing older. */
export async function revalidate(
  revalidation: Revalidation,
  options: RevalidateOptions,
  ports: RevalidatePorts,
): Promise<RevalidationOutcome> {
  const begun = ports.clock.now();
  const sequence = await ports.ledger.append(entriesOf(revalidation));
  const done = await mapConcurrently(revalidation.pages, CONCURRENT_RENDERS, (pageKey) =>
    revalidatePage(pageKey, options, ports),
  );
  const pages = done.filter(({ mustPurge }) => mustPurge).map(({ pageKey }) => pageKey);
  const items = purgeItemsOf({ ...revalidation, pages }, options.deploymentId);
  const purge = items.length === 0 ? 'nothing-to-purge' : await ports.purger.purge(items);
  await mapConcurrently(done, CONCURRENT_RENDERS, ({ page }) => notePurge(page, ports));
  const milliseconds = ports.clock.now() - begun;
  const cover: CoverOutcome = { outcome: purge, milliseconds };
  return {
    sequence,
    pages: done.map(({ outcome, mustPurge }) => ({ ...outcome, purge: mustPurge ? purge : 'nothing-to-purge' })),
    tags: revalidation.tags.map((tag) => ({ tag, ...cover })),
    prefixes: revalidation.prefixes.map((prefix) => ({ prefix, ...cover })),
    ...(revalidation.all ? { all: cover } : {}),
    purge,
    milliseconds,
  };
}

interface RevalidatedPage {
  readonly pageKey: PageKey;
  readonly outcome: Omit<PageOutcome, 'purge'>;
  /** As it is stored now. */
  readonly page: StoredPage | undefined;
  readonly mustPurge: boolean;
}

async function revalidatePage(
  pageKey: PageKey,
  options: RevalidateOptions,
  ports: RevalidatePorts,
): Promise<RevalidatedPage> {
  const begun = ports.clock.now();
  const seen = await readPageAndLedger(pageKey, ports);
  const done = (outcome: PageOutcome['outcome'], page?: StoredPage, reason?: string): RevalidatedPage => ({
    pageKey,
    page,
    mustPurge: outcome !== 'unchanged' || options.hasQueryVariants || mayEdgeHoldOlder(page, begun),
    outcome: {
      path: pathOfPageKey(pageKey),
      outcome,
      ...(reason === undefined ? {} : { reason }),
      milliseconds: ports.clock.now() - begun,
    },
  });
  if (seen.page?.isPrerendered) return done('prerendered');
  const rendered = await renderOnce(seen, { ...options, isRevalidation: true }, ports);
  if (rendered.kind !== 'failed') {
    return done(wordFor(rendered), rendered.kind === 'stored' ? rendered.page : undefined);
  }
  if (rendered.old !== undefined) await ports.jobs.requestRegeneration(pageKey, versionOf(rendered.old));
  return done('failed', undefined, rendered.reason);
}

/** Whether the edge may have older content than a page that was found unchanged, see `edgeFacts` in store-page.ts. */
function mayEdgeHoldOlder(page: StoredPage | undefined, now: number): boolean {
  if (page?.isUnpurged) return true;
  return page?.replacedAt !== undefined && now - page.replacedAt <= 2 * MAX_EDGE_STALE_SECONDS * 1000;
}

/** Takes the note from the page, now that the purge is made or queued. A page that was replaced meanwhile has its own. */
async function notePurge(page: StoredPage | undefined, { pages }: RevalidatePorts): Promise<void> {
  if (!page?.isUnpurged) return;
  const { isUnpurged, ...purged } = page;
  await pages.write(purged, { etag: page.etag });
}

function wordFor(rendered: Exclude<RenderOutcome, { kind: 'failed' }>): PageOutcome['outcome'] {
  if (rendered.kind === 'not-found') return 'not-found';
  if (rendered.kind === 'private') return 'not-stored';
  return rendered.isRendered && !rendered.isChanged ? 'unchanged' : 'rendered';
}
