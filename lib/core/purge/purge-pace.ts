import { isJsonObject } from '../../basics/json-object.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { jsonObjects, type Seen } from '../bucket/json-objects.ts';
import type { Clock } from '../ports.ts';

const KEY = '_isr/purge-pace.json';

// CloudFront takes about one purge in two seconds per account (https://github.com/aws/aws-sdk-js/issues/3983). So in a
// burst one call has to carry what many ask for.
const SPACING_OF_PROMPT_CALLS_MS = 2500;
const SPACING_OF_MERGED_CALLS_MS = 3000;
/** After one caller was sent to the queue, all are sent there for so long. Their purges are merged into few. */
const BURST_MS = 10_000;

/** Spreads purges over time, for all functions together. */
export interface PurgePace {
  /**
   * For a caller who wants to purge at once: milliseconds until its turn, 0 for now. `'queue'` when another caller has
   * the next turn already.
   */
  promptTurn(): Promise<number | 'queue'>;
  /**
   * For a caller whose turn it was, and who left its purge to the queue all the same. Without this note, those who come
   * after it would take every turn, and the queue none.
   */
  noteQueued(): Promise<void>;
  /** For the function that purges what the queue holds: 0 when it has its turn, else milliseconds until it asks again. */
  mergedTurn(): Promise<number>;
}

interface Pace {
  /** Epoch milliseconds of the last turn. It is in the future while its caller waits for it. */
  readonly lastAt: number;
  /** Epoch milliseconds at which a caller was last sent to the queue. */
  readonly queuedAt: number;
}

function isPace(value: unknown): value is Pace {
  return isJsonObject(value) && Number.isFinite(value.lastAt) && Number.isFinite(value.queuedAt);
}

/** The pace is an object that only one of many callers can replace. Who replaces it has the turn. */
export function createPurgePace(bucket: Bucket, clock: Clock): PurgePace {
  const paces = jsonObjects<Pace>(bucket, { whenAbsent: { lastAt: 0, queuedAt: 0 }, isOurs: isPace });
  const swap = async (seen: Seen<Pace>, change: Partial<Pace>): Promise<boolean> =>
    (await paces.swap(KEY, seen, { ...seen.value, ...change })) !== 'conflict';

  // No turn is that far ahead: the clock was set back since.
  const isOfOtherClock = (time: number): boolean => time > clock.now() + BURST_MS;
  const isPast = (time: number, milliseconds: number): boolean =>
    clock.now() - time >= milliseconds || isOfOtherClock(time);

  return {
    async promptTurn() {
      const seen = await paces.read(KEY);
      const { lastAt, queuedAt } = seen.value;
      const now = clock.now();
      const turn = isOfOtherClock(lastAt) ? now : Math.max(now, lastAt + SPACING_OF_PROMPT_CALLS_MS);
      const isNext = turn - now <= SPACING_OF_PROMPT_CALLS_MS && isPast(queuedAt, BURST_MS);
      if (isNext && (await swap(seen, { lastAt: turn }))) return turn - now;
      // One note in half of that time keeps the burst going. The other callers need not write.
      if (isPast(queuedAt, BURST_MS / 2)) await swap(seen, { queuedAt: now });
      return 'queue';
    },
    async noteQueued() {
      // A conflict: somebody else has a turn, or notes the same. The next that is throttled notes it again.
      await swap(await paces.read(KEY), { queuedAt: clock.now() });
    },
    async mergedTurn() {
      const seen = await paces.read(KEY);
      const { lastAt } = seen.value;
      if (!isPast(lastAt, SPACING_OF_MERGED_CALLS_MS)) return SPACING_OF_MERGED_CALLS_MS - (clock.now() - lastAt);
      return (await swap(seen, { lastAt: clock.now() })) ? 0 : SPACING_OF_MERGED_CALLS_MS;
    },
  };
}
