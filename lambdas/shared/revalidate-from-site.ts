import type { Edge, LedgerStore } from '../../lib/core/ports.ts';
import { entriesOf, purgeItemsOf, type Revalidation } from '../../lib/core/revalidate.ts';
import { parseRevalidation } from '../../lib/core/revalidation-request.ts';
import type { SiteContext } from '../../lib/core/site.ts';

/** Ledger, then edge: the next request renders what is covered. Resolves when both are told. */
export async function markOutOfDate(
  revalidation: Revalidation,
  deploymentId: string,
  ports: { readonly ledger: LedgerStore; readonly edge: Edge },
): Promise<void> {
  await ports.ledger.append(entriesOf(revalidation));
  await ports.edge.purge(purgeItemsOf(revalidation, deploymentId));
}

/** `Astro.cache.invalidate()` and the like. */
export function revalidateFromSite(
  deploymentId: string,
  ports: { readonly ledger: LedgerStore; readonly edge: Edge },
): NonNullable<SiteContext['revalidate']> {
  return ({ paths = [], tags = [] }) => markOutOfDate(parseRevalidation({ paths, tags }, []), deploymentId, ports);
}
