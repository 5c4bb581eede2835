import { IsrError } from '../basics/errors.ts';
import type { Clock, Edge } from '../core/ports.ts';
import { isThrottled } from './cloudfront-edge.ts';
import type { PurgePacer } from './purge-pacer.ts';

export interface PurgeInTurnPorts {
  readonly edge: Edge;
  readonly pacer: PurgePacer;
  readonly clock: Clock;
}

/** When CloudFront throttles all the same: somebody else in the account invalidates too. */
const PAUSE_WHEN_THROTTLED_MS = 3000;

/**
 * Waits until an invalidation may be made, then makes one of what `gather` answers: whatever came while it waited goes
 * along. Rejects with PURGE_FAILED when its turn does not come within `patienceMs`, or CloudFront refuses.
 */
export async function purgeInTurn(
  gather: () => Promise<readonly string[]>,
  patienceMs: number,
  { edge, pacer, clock }: PurgeInTurnPorts,
): Promise<void> {
  const giveUpAt = clock.now() + patienceMs;
  for (;;) {
    const wait = await pacer.waitingTime();
    const pause = wait > 0 ? wait : await pauseAfter(async () => edge.purge(await gather()));
    if (pause === 0) return;
    if (clock.now() + pause > giveUpAt) {
      throw new IsrError(
        'PURGE_FAILED',
        `the turn of this purge did not come within ${patienceMs} ms; it is tried again`,
      );
    }
    await clock.sleep(pause);
  }
}

async function pauseAfter(purge: () => Promise<unknown>): Promise<number> {
  try {
    await purge();
    return 0;
  } catch (error) {
    if (isThrottled(error)) return PAUSE_WHEN_THROTTLED_MS;
    throw error;
  }
}
