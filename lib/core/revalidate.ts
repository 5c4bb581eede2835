import { edgeTagOf, edgeTagOfPath, OVERFLOW_TAG } from './edge-tags.ts';
import { EVERYTHING, entryOfPath, entryOfPrefix, entryOfTag } from './ledger.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { versionOf } from './page.ts';
import { type PageKey, pathOfPageKey } from './page-key.ts';
import type { Edge, JobQueue } from './ports.ts';
import { type RenderOncePorts, type RenderOutcome, renderOnce } from './render-once.ts';

/** What an outside request says is out of date. Parsed: paths are page keys, prefixes begin and end with `/`. */
export interface Revalidation {
  readonly pages: readonly PageKey[];
  readonly tags: readonly string[];
  readonly prefixes: readonly string[];
  readonly all: boolean;
}

export interface RevalidatePorts extends RenderOncePorts {
  readonly edge: Edge;
  readonly jobs: JobQueue;
}

export interface PageResult {
  readonly path: string;
  /**
   * `prerendered`: made at build time, only a deployment changes it. `not-stored`: the page answers each request anew.
   * `failed`: the old page, if any, is still served and marked as stale; it is tried again.
   */
  readonly outcome: 'rendered' | 'unchanged' | 'not-found' | 'not-stored' | 'prerendered' | 'failed';
  readonly reason?: string;
  readonly milliseconds: number;
}

export interface RevalidationResult {
  readonly sequence: number;
  readonly pages: readonly PageResult[];
  readonly purge: 'purged' | 'queued' | 'nothing-to-purge';
}

/** Renders at the same time; more would only queue up at the site's own data sources. */
const CONCURRENT_RENDERS = 8;

/** The entries of the ledger that a revalidation renews. */
export function entriesOf(revalidation: Revalidation): string[] {
  if (revalidation.all) return [EVERYTHING];
  return [
    ...revalidation.pages.map((key) => entryOfPath(pathOfPageKey(key))),
    ...revalidation.tags.map(entryOfTag),
    ...revalidation.prefixes.map(entryOfPrefix),
  ];
}

/**
 * What CloudFront has to forget for it. Tags reach all query variants of a page; a prefix has only wildcard paths,
 * and CloudFront wants the viewer's path and the one that the edge function made of it
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html).
 */
export function purgeItemsOf(revalidation: Revalidation, deploymentId: string): string[] {
  if (revalidation.all) return ['/*'];
  const tags = [
    ...revalidation.pages.map((key) => edgeTagOfPath(pathOfPageKey(key))),
    ...revalidation.tags.map(edgeTagOf),
    ...(revalidation.tags.length > 0 ? [OVERFLOW_TAG] : []),
  ];
  const paths = revalidation.prefixes.flatMap((prefix) => [`${prefix}*`, `/deployments/${deploymentId}${prefix}*`]);
  return [...new Set([...tags.map((tag) => `#${tag}`), ...paths])];
}

/** The ledger first, then the pages, then the edge: whoever asks the origin after this resolved gets nothing older. */
export async function revalidate(
  revalidation: Revalidation,
  deploymentId: string,
  ports: RevalidatePorts,
): Promise<RevalidationResult> {
  const sequence = await ports.ledger.append(entriesOf(revalidation));
  const pages = await mapConcurrently(revalidation.pages, CONCURRENT_RENDERS, (key) => revalidatePage(key, ports));
  const changed = { ...revalidation, pages: revalidation.pages.filter((_, i) => pages[i]?.outcome !== 'unchanged') };
  const items = purgeItemsOf(changed, deploymentId);
  const purge = items.length === 0 ? 'nothing-to-purge' : await ports.edge.purge(items);
  return { sequence, pages, purge };
}

async function revalidatePage(key: PageKey, ports: RevalidatePorts): Promise<PageResult> {
  const begun = ports.clock.now();
  const [page, ledger] = await Promise.all([ports.pages.read(key), ports.ledger.read()]);
  const path = pathOfPageKey(key);
  const done = (outcome: PageResult['outcome'], reason?: string): PageResult => ({
    path,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    milliseconds: ports.clock.now() - begun,
  });
  if (page?.prerendered) return done('prerendered');
  const outcome = await renderOnce(key, page, ledger, ports);
  if (outcome.kind === 'failed') {
    if (outcome.old !== undefined) await ports.jobs.requestRegeneration(key, versionOf(outcome.old));
    return done('failed', outcome.reason);
  }
  return done(resultOf(outcome));
}

function resultOf(outcome: Exclude<RenderOutcome, { kind: 'failed' }>): PageResult['outcome'] {
  if (outcome.kind === 'gone') return 'not-found';
  if (outcome.kind === 'private') return 'not-stored';
  return outcome.rendered && !outcome.changed ? 'unchanged' : 'rendered';
}
