import type { Clock } from '../core/ports.ts';
import { jsonObjects, type Seen } from './json-objects.ts';
import type { Objects } from './objects.ts';

const KEY = '_isr/purge-pace.json';

// CreateInvalidation is throttled to about one call in two seconds per account
// (https://github.com/aws/aws-sdk-js/issues/3983), so in a burst one call has to carry what many ask for.
const SPACING_OF_DIRECT_CALLS_MS = 2500;
const SPACING_OF_MERGED_CALLS_MS = 3000;
/** After somebody was sent to the queue, everybody is for a while: they are merged there. */
const BURST_MS = 10_000;

/** Spreads invalidations over time, for all functions together. */
export interface PurgePacer {
  /**
   * Milliseconds after which the caller may invalidate, 0 for at once. `'queue'` when somebody waits for the next turn
   * already: what the caller wants purged is merged with that of others.
   */
  directTurn(): Promise<number | 'queue'>;
  /** 0 when the caller, who carries what waited in the queue, may invalidate now; else the milliseconds to wait. */
  waitingTime(): Promise<number>;
}

interface Pace {
  /** Epoch milliseconds of the last invalidation, which may be one that is waited for. */
  readonly lastAt: number;
  /** Epoch milliseconds of the last request that was sent to the queue. */
  readonly queuedAt: number;
}

/** The pace is an object that only one of many callers can replace. */
export function createPurgePacer(objects: Objects, clock: Clock): PurgePacer {
  const paces = jsonObjects<Pace>(objects, clock, { lastAt: 0, queuedAt: 0 });
  const read = (): Promise<Seen<Pace>> => paces.read(KEY, undefined);
  const replace = async (seen: Seen<Pace>, change: Partial<Pace>): Promise<boolean> =>
    (await paces.replaceOnce(KEY, seen, { ...seen.value, ...change })) !== 'conflict';

  // Further in the future than anybody waits: the clock was set back since.
  const isOfOtherClock = (time: number): boolean => time > clock.now() + BURST_MS;
  const isPast = (time: number, milliseconds: number): boolean =>
    clock.now() - time >= milliseconds || isOfOtherClock(time);

  return {
    async directTurn() {
      const seen = await read();
      const pace = seen.value;
      const now = clock.now();
      const turn = isOfOtherClock(pace.lastAt) ? now : Math.max(now, pace.lastAt + SPACING_OF_DIRECT_CALLS_MS);
      const isNext = turn - now <= SPACING_OF_DIRECT_CALLS_MS && isPast(pace.queuedAt, BURST_MS);
      if (isNext && (await replace(seen, { lastAt: turn }))) return turn - now;
      // Half of the time is enough to keep a burst known, and spares most of its members the write.
      if (isPast(pace.queuedAt, BURST_MS / 2)) await replace(seen, { queuedAt: now });
      return 'queue';
    },
    async waitingTime() {
      const seen = await read();
      const pace = seen.value;
      if (!isPast(pace.lastAt, SPACING_OF_MERGED_CALLS_MS))
        return SPACING_OF_MERGED_CALLS_MS - (clock.now() - pace.lastAt);
      return (await replace(seen, { lastAt: clock.now() })) ? 0 : SPACING_OF_MERGED_CALLS_MS;
    },
  };
}
