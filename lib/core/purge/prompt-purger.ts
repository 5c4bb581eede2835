import type { Cdn, Clock, Purger } from '../ports.ts';
import type { PurgePace } from './purge-pace.ts';

export interface PromptPurgerPorts {
  readonly cdn: Cdn;
  readonly pace: PurgePace;
  readonly clock: Clock;
  /** Leaves purges to the purge function. */
  readonly queue: Purger;
}

/**
 * Purges at once, or after the seconds that must lie between two calls. When another caller waits for them already, and
 * when the CDN refuses, the purge goes to the queue.
 */
export function createPromptPurger({ cdn, pace, clock, queue }: PromptPurgerPorts): Purger {
  return {
    async purge(items, name) {
      const turn = await pace.promptTurn();
      if (turn === 'queue') return queue.purge(items, name);
      if (turn > 0) await clock.sleep(turn);
      // The new page is stored by now, so the purge must not get lost. The queue tries again, and logs why it fails.
      const purged = await cdn.purge(items).catch(() => ({ outcome: 'failed' as const }));
      if (purged.outcome === 'purged') return purged;
      const queued = await queue.purge(items, name);
      // Only a note: the purge is safe.
      await pace.noteQueued().catch(() => {});
      return queued;
    },
  };
}
