import type { PageNaming } from '../../lib/core/page/page-name.ts';
import type { Revalidation } from '../../lib/core/revalidation.ts';
import { parseRevalidation } from '../../lib/core/revalidation-request.ts';
import type { ScheduledRevalidation } from '../../lib/handover/scheduled-revalidation.ts';
import type { RevalidationResponse } from '../../lib/webhooks/receive.ts';

/**
 * Revalidates what a schedule says. Nobody reads the answer, so a page that could not be rendered is an error: Lambda calls
 * the function twice more then.
 */
export async function revalidateAsScheduled(
  { scheduledRevalidation }: ScheduledRevalidation,
  naming: PageNaming,
  revalidate: (revalidation: Revalidation) => Promise<RevalidationResponse>,
): Promise<void> {
  const { status } = await revalidate(parseRevalidation(scheduledRevalidation, naming));
  if (status === 502)
    throw new Error('a scheduled revalidation could not render all pages; the log before this says which');
}
