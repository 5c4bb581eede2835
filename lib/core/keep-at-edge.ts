import type { RenderedPage } from './page/page.ts';
import { briefly, onlyForThisViewer, type ServedPage } from './policy/served-page.ts';
import { type FreshnessPorts, isInvalidated } from './read-freshness.ts';

/**
 * Taken to be less than a purge needs to reach any edge location, from when the ledger has the revalidation: by AWS's
 * figures most need seconds. What saw the ledger a shorter time ago is at the edge before the purge is.
 */
const CERTAIN_MS = 200;
const MOST_LOOKS = 2;

/**
 * What the edge may keep of an answer that is about to be sent. A purge reaches what is at the edge when it takes effect.
 * An answer that arrives later would stay for as long as its page lives, so one that took its time looks at the ledger
 * once more.
 *
 * `page`: what is answered; absent when no cache keeps it anyway. `knownAt`: epoch milliseconds at which the ledger was
 * last asked about it.
 */
export async function keepAtEdge(
  served: ServedPage,
  page: RenderedPage | undefined,
  knownAt: number,
  { ledger, clock }: FreshnessPorts,
): Promise<ServedPage> {
  if (page === undefined) return served;
  let askedAt = knownAt;
  for (let looks = 0; clock.now() - askedAt > CERTAIN_MS; looks++) {
    if (looks === MOST_LOOKS) return briefly(served);
    askedAt = clock.now();
    if (await isInvalidated(page, ledger)) return onlyForThisViewer(served);
  }
  return served;
}
