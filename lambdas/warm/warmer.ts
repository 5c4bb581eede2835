import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { firstObjects } from '../../lib/aws/s3-listing.ts';
import { reasonOf } from '../../lib/basics/errors.ts';
import { handOverPages } from '../../lib/core/hand-over-pages.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import type { RenderOncePorts } from '../../lib/core/render-once.ts';
import { type WarmCounts, type WarmReport, warmPages } from '../../lib/core/warm-pages.ts';
import { WARM_FILE, type WarmFile } from '../../lib/handover/deployments.ts';
import type { WarmValues } from '../../lib/handover/variables.ts';
import { liveRoutesOf } from '../shared/live-routes.ts';
import type { Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { openSiteAddress, siteUrlOf } from '../shared/site-address.ts';
import { candidatesOf } from './candidates.ts';
import { pagesOfSitemap } from './sitemap.ts';

/** What was done, in words: the stack has it as an output. */
export type Summary = string;

export interface Warmer {
  /** Renders what is wanted, and hands over what it could not. `before`: the deployment that is served. */
  warm(before: string | undefined): Promise<Summary>;
  /** Renders nothing. */
  handOver(before: string | undefined): Promise<Summary>;
}

/**
 * Of each deployment. Whoever can ask for pages can have any number of them stored, where a route or a query takes any
 * value. The next deployment would list them until it is ended, and CloudFormation roll it back.
 */
const MAX_LISTED = 200_000;
const CONCURRENT_COPIES = 32;
/** With the time of one render, this is what the function has after its last page was begun. */
const COPYING_MS = 10_000;

export function createWarmer(config: WarmValues, pages: Pages, sandbox: SiteSandbox): Warmer {
  const { deploymentId, warmPages: maxPages } = config;
  const siteUrl = siteUrlOf(config.siteUrl, openSiteAddress(pages.bucket));
  const purger = createQueuedPurger(sandbox.aws, config.purgeQueueUrl);
  const ports = pages.portsFor(siteUrl, invalidateFromSite(deploymentId, { ledger: pages.ledger, purger }));
  const file = sandbox.assetJson<WarmFile>(WARM_FILE, { pageKeys: [], sitemaps: [], hasHtmlEndings: false });
  const wantedAfter = async (before: string | undefined, inSitemap: readonly PageKey[] = []) =>
    wantedPages([...file().pageKeys, ...inSitemap], before, config, sandbox);
  const readSitemap = () => {
    const { sitemaps, hasHtmlEndings } = file();
    const { trailingSlash } = config;
    return pagesOfSitemap(sitemaps, { trailingSlash, hasHtmlEndings, maxPages, read: (key) => readText(key, ports) });
  };
  const copy = (pageKeys: readonly PageKey[], before: string): Promise<number> => {
    const options = { concurrency: CONCURRENT_COPIES, deadline: ports.clock.now() + COPYING_MS };
    return handOverPages(pageKeys, options, { ...ports, before: pages.pagesOf(before) });
  };
  return {
    async warm(before) {
      const wanted = await wantedAfter(before, await readSitemap());
      if (wanted.length === 0) return 'no page to warm';
      const cold = wanted.slice(maxPages);
      const report = await siteUrl().then(
        () => warmTwice(wanted.slice(0, maxPages), config, pages, ports),
        () => undefined,
      );
      if (report === undefined) return 'not warmed: the address of the site is known after its first deployment';
      const handed = before === undefined ? 0 : await copy([...report.cold, ...cold], before);
      return inWords(report.counts, handed);
    },
    async handOver(before) {
      const handed = before === undefined ? 0 : await copy(await wantedAfter(before), before);
      return `not warmed: the first try did not come to its end; ${handed} handed over`;
    },
  };
}

/** A file of the build, or what the site answers. Nothing is stored for it. */
async function readText(pageKey: PageKey, { pages, renderer, log }: RenderOncePorts): Promise<string | undefined> {
  const stored = await pages.read(pageKey);
  if (stored !== undefined) return new TextDecoder().decode(stored.body);
  try {
    const { status, body } = await renderer.render(pageKey);
    return status === 200 ? new TextDecoder().decode(body) : undefined;
  } catch (error) {
    log('warn', `the sitemap could not be read: ${reasonOf(error)}`, { pageKey });
    return undefined;
  }
}

async function wantedPages(
  named: readonly PageKey[],
  before: string | undefined,
  { bucket, deploymentId, allowQuery }: WarmValues,
  sandbox: SiteSandbox,
): Promise<readonly PageKey[]> {
  if (before === undefined) return named;
  const objectsOf = (id: string) => firstObjects(sandbox.aws, bucket, `deployments/${id}/`, MAX_LISTED);
  const [old, present] = await Promise.all([objectsOf(before), objectsOf(deploymentId)]);
  return candidatesOf(named, old, present, { allowQuery, isLiveRoute: liveRoutesOf(sandbox) });
}

/** A second time if anything was revalidated meanwhile: nearly all pages are there then. */
async function warmTwice(
  wanted: readonly PageKey[],
  { warmConcurrency, warmTimeoutMs }: WarmValues,
  { ledger, options }: Pages,
  ports: RenderOncePorts,
): Promise<WarmReport> {
  const deadline = ports.clock.now() + warmTimeoutMs;
  const warmOptions = { ...options, concurrency: warmConcurrency, deadline };
  ports.log('info', `looks after ${wanted.length} pages, ${warmConcurrency} at a time`);
  const { sequence } = await ledger.begin();
  const first = await warmPages(wanted, warmOptions, ports);
  if ((await ledger.read()).sequence === sequence) return first;
  ports.log('info', `something was revalidated meanwhile; before, ${inWords(first.counts, 0)}`);
  const second = await warmPages(wanted, warmOptions, ports);
  return { ...second, counts: { ...second.counts, rendered: first.counts.rendered + second.counts.rendered } };
}

function inWords({ rendered, kept, unstored, failed, left }: WarmCounts, handed: number): Summary {
  const parts = [`${rendered} rendered`, `${kept} there already`];
  if (unstored > 0) parts.push(`${unstored} not to be stored`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (left > 0) parts.push(`${left} left for lack of time`);
  if (handed > 0) parts.push(`${handed} handed over`);
  return parts.join(', ');
}
