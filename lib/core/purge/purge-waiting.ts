import { IsrError, reasonOf } from '../../basics/errors.ts';
import type { Cdn, Clock, Log, PurgeQueue, WaitingPurge } from '../ports.ts';
import type { PurgePace } from './purge-pace.ts';

export interface PurgeWaitingPorts {
  readonly cdn: Cdn;
  readonly pace: PurgePace;
  readonly queue: PurgeQueue;
  readonly clock: Clock;
  readonly log: Log;
}

/** CloudFront takes 3,000 paths in one call. */
const MAX_ITEMS = 1000;
/** Less than the function's timeout by as much as one call may take. */
const PATIENCE_MS = 20_000;
/** For when the CDN throttles all the same: somebody else in the account purges too. */
const PAUSE_WHEN_THROTTLED_MS = 3000;
/** The queue's own visibility timeout is minutes, for the sake of a function that died. */
const RETRY_SECONDS = 5;

/**
 * Makes one purge of the messages at hand and of all that wait in the queue, so that one call serves a burst. Whether it
 * was made; if not, all of them come again in a few seconds.
 */
export async function purgeWaiting(atHand: readonly WaitingPurge[], ports: PurgeWaitingPorts): Promise<boolean> {
  const { queue, log } = ports;
  const taken: WaitingPurge[] = [];
  const items = new Set(atHand.flatMap((purge) => purge.items));
  try {
    await purgeInTurn(() => takeWaiting(items, taken, queue), ports);
    await queue.remove(taken);
    log('info', 'purged', { items: [...items] });
    return true;
  } catch (error) {
    log('warn', `will be purged later: ${reasonOf(error)}`, { items: [...items] });
    await queue.postpone([...taken, ...atHand], RETRY_SECONDS);
    return false;
  }
}

/** Takes what waits in the queue along: adds its items to `items`, and its messages to `taken`. */
async function takeWaiting(items: Set<string>, taken: WaitingPurge[], queue: PurgeQueue): Promise<readonly string[]> {
  while (items.size < MAX_ITEMS) {
    const waiting = await queue.receive();
    if (waiting.length === 0) break;
    taken.push(...waiting);
    for (const item of waiting.flatMap((purge) => purge.items)) items.add(item);
  }
  return [...items];
}

/**
 * Waits for the next turn, then makes one purge of what `gather` gives: whatever came meanwhile goes along. Rejects with
 * PURGE_FAILED when the turn does not come in time, or the CDN refuses.
 */
async function purgeInTurn(
  gather: () => Promise<readonly string[]>,
  { cdn, pace, clock }: PurgeWaitingPorts,
): Promise<void> {
  const giveUpAt = clock.now() + PATIENCE_MS;
  for (;;) {
    let pause = await pace.mergedTurn();
    if (pause === 0) {
      if ((await cdn.purge(await gather())) === 'purged') return;
      pause = PAUSE_WHEN_THROTTLED_MS;
    }
    if (clock.now() + pause > giveUpAt) {
      throw new IsrError(
        'PURGE_FAILED',
        `the turn of this purge did not come within ${PATIENCE_MS} ms; it is tried again`,
      );
    }
    await clock.sleep(pause);
  }
}
