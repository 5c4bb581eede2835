import { createQueuedPurger } from '../../lib/aws/purge-queue.ts';
import { type ListedObject, listObjects } from '../../lib/aws/s3-listing.ts';
import { handOverPages } from '../../lib/core/hand-over-pages.ts';
import { invalidateFromSite } from '../../lib/core/invalidate.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import type { RenderOncePorts } from '../../lib/core/render-once.ts';
import { type WarmCounts, type WarmReport, warmPages } from '../../lib/core/warm-pages.ts';
import { WARM_PATHS_FILE } from '../../lib/handover/deployments.ts';
import type { WarmValues } from '../../lib/handover/variables.ts';
import { liveRoutesOf } from '../shared/live-routes.ts';
import type { Pages } from '../shared/pages.ts';
import type { SiteSandbox } from '../shared/sandbox.ts';
import { openSiteAddress, siteUrlOf } from '../shared/site-address.ts';
import { candidatesOf } from './candidates.ts';

/** What was done, in words: the stack has it as an output. */
export type Summary = string;

export interface Warmer {
  /** Renders what is wanted, and hands over what it could not. `before`: the deployment that is served. */
  warm(before: string | undefined): Promise<Summary>;
  /** Renders nothing. */
  handOver(before: string | undefined): Promise<Summary>;
}

const CONCURRENT_COPIES = 32;
/** With the time of one render, this is what the function has after its last page was begun. */
const COPYING_MS = 10_000;

export function createWarmer(config: WarmValues, pages: Pages, sandbox: SiteSandbox): Warmer {
  const { deploymentId, warmPages: maxPages } = config;
  const siteUrl = siteUrlOf(config.siteUrl, openSiteAddress(pages.bucket));
  const purger = createQueuedPurger(sandbox.aws, config.purgeQueueUrl);
  const ports = pages.portsFor(siteUrl, invalidateFromSite(deploymentId, { ledger: pages.ledger, purger }));
  const wantedAfter = (before: string | undefined) => wantedPages(before, config, sandbox);
  const copy = (pageKeys: readonly PageKey[], before: string): Promise<number> => {
    const options = { concurrency: CONCURRENT_COPIES, deadline: ports.clock.now() + COPYING_MS };
    return handOverPages(pageKeys, options, { ...ports, before: pages.pagesOf(before) });
  };
  return {
    async warm(before) {
      const wanted = await wantedAfter(before);
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

async function wantedPages(
  before: string | undefined,
  { bucket, deploymentId, allowQuery }: WarmValues,
  sandbox: SiteSandbox,
): Promise<readonly PageKey[]> {
  const named = sandbox.assetJson<readonly PageKey[]>(WARM_PATHS_FILE, [])();
  if (before === undefined) return named;
  const objectsOf = async (id: string): Promise<readonly ListedObject[]> => {
    const found: ListedObject[] = [];
    for await (const some of listObjects(sandbox.aws, bucket, `deployments/${id}/`)) found.push(...some);
    return found;
  };
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
