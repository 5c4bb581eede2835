import { reasonOf } from '../basics/errors.ts';
import { mapConcurrently } from '../basics/map-concurrently.ts';
import { type StoredPage, versionOf } from './page/page.ts';
import { mayShareName, type PageKey, pathOfPageKey, slashTwinOf } from './page/page-key.ts';
import type { AnnouncedPurges, JobQueue, Purger } from './ports.ts';
import { purgeItemsOf } from './purge/purge-items.ts';
import { readPageAndLedger } from './read-freshness.ts';
import { type RenderOncePorts, type RenderOutcome, renderOnce } from './render-once.ts';
import type { RenderOptions } from './render-page.ts';
import { entriesOf, type Revalidation } from './revalidation.ts';

export interface RevalidateOptions extends RenderOptions {
  readonly deploymentId: string;
  /** Whether one path may have several pages, by its query. Only one of them is rendered; the others may differ too. */
  readonly hasQueryVariants: boolean;
  /**
   * The purge's name, when somebody waits for it. Then what is unchanged is purged as well: an earlier purge of it may
   * not have taken effect yet.
   */
  readonly awaitedAs?: string;
}

export interface RevalidatePorts extends RenderOncePorts {
  readonly purger: Purger;
  readonly announced: AnnouncedPurges;
  readonly jobs: JobQueue;
}

export interface PageOutcome {
  readonly path: string;
  /**
   * `prerendered`: made at build time, only a deployment changes it. `not-stored`: the page is rendered for each request.
   * `failed`: the old page, if any, is still served and marked as stale; it is tried again. `noted`: there was no time to
   * render it; it is rendered when it is next asked for.
   */
  readonly outcome: 'rendered' | 'unchanged' | 'not-found' | 'not-stored' | 'prerendered' | 'failed' | 'noted';
  readonly reason?: string;
  /** What was done about its copies at the edge. Nothing when they are as good as the new page. */
  readonly purge: PurgeOutcome;
  /** How long it took to render and store. */
  readonly milliseconds: number;
}

/** What was done about copies at the edge. `purged`: the CDN has accepted it. `queued`: it gets it within seconds. */
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
  /** CloudFront's id of that call, once it was made. */
  readonly invalidation?: string;
  readonly milliseconds: number;
}

/** Less than the function's time by as much as the last of them may take. */
const RENDERS_BEGIN_WITHIN_MS = 180_000;
/** Renders at the same time; more would only queue up at the site's own data sources. */
const CONCURRENT_RENDERS = 8;

/**
 * The ledger first, then the pages, then the edge: whoever asks the origin after this resolved gets nothing older. What
 * may have to be purged is announced before anything is stored, so that it is purged even if we die on the way.
 */
export async function revalidate(
  revalidation: Revalidation,
  options: RevalidateOptions,
  ports: RevalidatePorts,
): Promise<RevalidationOutcome> {
  const begun = ports.clock.now();
  const [announced, sequence] = await Promise.all([
    ports.announced.announce(purgeItemsOf(revalidation, options.deploymentId)),
    ports.ledger.append(entriesOf(revalidation)),
  ]);
  const done = (
    await mapConcurrently(revalidation.pages, CONCURRENT_RENDERS, (pageKey) =>
      revalidateNamed(pageKey, begun, options, ports),
    )
  ).flat();
  const pages = done.filter(({ mustPurge }) => mustPurge).map(({ pageKey }) => pageKey);
  const items = purgeItemsOf({ ...revalidation, pages }, options.deploymentId);
  const purged = items.length === 0 ? undefined : await ports.purger.purge(items, options.awaitedAs);
  const purge = purged?.outcome ?? 'nothing-to-purge';
  await notePurge(purge, announced, done, ports);
  const milliseconds = ports.clock.now() - begun;
  const cover: CoverOutcome = { outcome: purge, milliseconds };
  return {
    sequence,
    pages: done.map(({ outcome, mustPurge }) => ({ ...outcome, purge: mustPurge ? purge : 'nothing-to-purge' })),
    tags: revalidation.tags.map((tag) => ({ tag, ...cover })),
    prefixes: revalidation.prefixes.map((prefix) => ({ prefix, ...cover })),
    ...(revalidation.all ? { all: cover } : {}),
    purge,
    ...(purged?.outcome === 'purged' ? { invalidation: purged.invalidation } : {}),
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

/**
 * `/tags/node.js` and `/tags/node.js/` have one name. Whoever says it means the page that the site has there, and each of
 * them that is stored.
 */
async function revalidateNamed(
  pageKey: PageKey,
  revalidationBegun: number,
  options: RevalidateOptions,
  ports: RevalidatePorts,
): Promise<readonly RevalidatedPage[]> {
  const named = await revalidateInTime(pageKey, revalidationBegun, options, ports);
  const twin = slashTwinOf(pageKey);
  if (twin === undefined) return [named];
  const { outcome } = named.outcome;
  // What cannot be read is not rendered at once; the ledger covers it all the same.
  const isTwinStored = async () => (await ports.pages.read(twin).catch(() => undefined)) !== undefined;
  if (outcome !== 'not-found' && (outcome === 'prerendered' || !(await isTwinStored()))) return [named];
  const other = await revalidateInTime(twin, revalidationBegun, options, ports);
  return outcome === 'not-found' ? [other] : [named, other];
}

/** Never rejects: whatever becomes of one page, the others are stored and purged. */
async function revalidateInTime(
  pageKey: PageKey,
  revalidationBegun: number,
  options: RevalidateOptions,
  ports: RevalidatePorts,
): Promise<RevalidatedPage> {
  const begun = ports.clock.now();
  const unrendered = (outcome: 'noted' | 'failed', reason: string): RevalidatedPage => {
    const milliseconds = ports.clock.now() - begun;
    const path = pathOfPageKey(pageKey);
    return { pageKey, page: undefined, mustPurge: true, outcome: { path, outcome, reason, milliseconds } };
  };
  if (begun - revalidationBegun > RENDERS_BEGIN_WITHIN_MS) return unrendered('noted', 'there was no time left');
  try {
    return await revalidatePage(pageKey, begun, options, ports);
  } catch (error) {
    ports.log('error', `revalidating '${pageKey}' failed: ${reasonOf(error)}`, { pageKey });
    return unrendered('failed', reasonOf(error));
  }
}

async function revalidatePage(
  pageKey: PageKey,
  begun: number,
  options: RevalidateOptions,
  ports: RevalidatePorts,
): Promise<RevalidatedPage> {
  const seen = await readPageAndLedger(pageKey, ports);
  const done = (outcome: PageOutcome['outcome'], page?: StoredPage, reason?: string): RevalidatedPage => ({
    pageKey,
    page,
    mustPurge:
      outcome !== 'unchanged' ||
      options.hasQueryVariants ||
      // This page is as it was, but another of its name may be old.
      mayShareName(pageKey) ||
      options.awaitedAs !== undefined ||
      page?.isUnpurged === true,
    outcome: {
      path: pathOfPageKey(pageKey),
      outcome,
      ...(reason === undefined ? {} : { reason }),
      milliseconds: ports.clock.now() - begun,
    },
  });
  if (seen.page?.isPrerendered) return done('prerendered');
  const rendered = await renderOnce(seen, options, ports);
  if (rendered.kind !== 'failed') {
    const page = rendered.kind === 'stored' ? rendered.page : undefined;
    return done(wordFor(rendered), page, rendered.kind === 'private' ? rendered.reason : undefined);
  }
  if (rendered.old !== undefined) await ports.jobs.requestRegeneration(pageKey, versionOf(rendered.old));
  return done('failed', undefined, rendered.reason);
}

/** One that is only queued is not made: the next revalidation of an unchanged page must not take it for that. */
async function notePurge(
  purge: PurgeOutcome,
  announced: string,
  done: readonly RevalidatedPage[],
  ports: RevalidatePorts,
): Promise<void> {
  const noted = purge === 'purged' ? done : [];
  const work = [
    ports.announced.settle(announced),
    ...noted.map(({ page }) => (page?.isUnpurged ? noteOnPage(page, ports) : undefined)),
  ];
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'fulfilled') continue;
    ports.log('warn', `what was purged will be purged again: ${reasonOf(result.reason)}`);
  }
}

/** A page that was replaced meanwhile has notes of its own. */
async function noteOnPage(page: StoredPage, { pages }: RevalidatePorts): Promise<void> {
  const { isUnpurged, ...purged } = page;
  await pages.write(purged, { etag: page.etag });
}

function wordFor(rendered: Exclude<RenderOutcome, { kind: 'failed' }>): PageOutcome['outcome'] {
  if (rendered.kind === 'not-found') return 'not-found';
  if (rendered.kind === 'private') return 'not-stored';
  return rendered.isRendered && !rendered.isChanged ? 'unchanged' : 'rendered';
}
