import type { LedgerStore, Purger } from './ports.ts';
import { purgeItemsOf } from './purge/purge-items.ts';
import { entriesOf, type Revalidation } from './revalidation.ts';
import { parseRevalidation } from './revalidation-request.ts';
import type { SiteContext } from './site.ts';

export interface InvalidatePorts {
  readonly ledger: LedgerStore;
  readonly purger: Purger;
}

/** A revalidation that renders nothing: first the ledger, then the edge. The next request for a page renders it. */
export async function invalidate(
  revalidation: Revalidation,
  deploymentId: string,
  { ledger, purger }: InvalidatePorts,
): Promise<void> {
  await ledger.append(entriesOf(revalidation));
  await purger.purge(purgeItemsOf(revalidation, deploymentId));
}

/** For the site, which calls it by `Astro.cache.invalidate()` and the like. */
export function invalidateFromSite(
  deploymentId: string,
  ports: InvalidatePorts,
): NonNullable<SiteContext['revalidate']> {
  return ({ paths = [], tags = [] }) => invalidate(parseRevalidation({ paths, tags }, {}), deploymentId, ports);
}
