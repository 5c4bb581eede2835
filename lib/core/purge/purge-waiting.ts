import { IsrError, reasonOf } from '../../basics/errors.ts';
import type {
  AnnouncedPurges,
  Cdn,
  Clock,
  FollowedPurges,
  LedgerStore,
  Log,
  PurgeQueue,
  WaitingPurge,
} from '../ports.ts';
import { itemsOfOneCall, MAX_PURGE_ITEMS } from './one-call.ts';
import type { PurgePace } from './purge-pace.ts';

export interface PurgeWaitingPorts {
  readonly cdn: Cdn;
  readonly pace: PurgePace;
  readonly queue: PurgeQueue;
  readonly announced: Omit<AnnouncedPurges, 'announce'>;
  readonly followed: Pick<FollowedPurges, 'noteMade'>;
  readonly ledger: Pick<LedgerStore, 'append'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The function's timeout, less the time that one call may take. */
const PATIENCE_MS = 20_000;
/** The CDN throttles all the same when somebody else in the account purges too. */
const PAUSE_WHEN_THROTTLED_MS = 3000;
/** Shorter than the queue's visibility timeout, which has to outlast a function that died. */
const RETRY_SECONDS = 5;
/** At first the distribution is not there yet. It takes minutes to create or to update. */
const UNKNOWN_SITE_SECONDS = 60;

/**
 * Makes one purge of the messages at hand and of all that wait in the queue, so that one call serves a burst. Resolves
 * with `false` when it was not made. All the messages then come again in a few seconds.
 */
export async function purgeWaiting(atHand: readonly WaitingPurge[], ports: PurgeWaitingPorts): Promise<boolean> {
  const { queue, ledger, log } = ports;
  const taken: WaitingPurge[] = [];
  const noted = new Set<WaitingPurge>();
  const items = new Set<string>();
  const gather = async (): Promise<readonly string[]> => {
    const all = await takeWaiting(items, taken, ports);
    // Before the edge asks again, the origin has to know that its pages are out of date.
    await noteEntries([...atHand, ...taken], noted, ledger);
    return all;
  };
  try {
    await addItems(items, atHand, ports);
    const invalidation = items.size > 0 ? await purgeInTurn(gather, ports) : undefined;
    if (invalidation !== undefined) await tellFollowers([...atHand, ...taken], invalidation, ports);
    await settle([...atHand, ...taken], ports);
    await queue.remove(taken);
    if (items.size > 0) log('info', 'purged', { items: [...items] });
    return true;
  } catch (error) {
    log('warn', `will be purged later: ${reasonOf(error)}`, { items: [...items] });
    const isUnknown = error instanceof IsrError && error.code === 'SITE_UNKNOWN';
    const postponed = [...taken, ...atHand.filter(({ isDead }) => !isDead)];
    await queue.postpone(postponed, isUnknown ? UNKNOWN_SITE_SECONDS : RETRY_SECONDS);
    return false;
  }
}

/** `noted`: those whose entries the ledger has already. */
async function noteEntries(
  purges: readonly WaitingPurge[],
  noted: Set<WaitingPurge>,
  ledger: PurgeWaitingPorts['ledger'],
): Promise<void> {
  const unnoted = purges.filter((purge) => !noted.has(purge));
  const entries = new Set(unnoted.flatMap((purge) => purge.entries ?? []));
  if (entries.size > 0) await ledger.append([...entries]);
  for (const purge of unnoted) noted.add(purge);
}

/** Empties the queue into `items` and `taken`, as far as one call can take it. */
async function takeWaiting(
  items: Set<string>,
  taken: WaitingPurge[],
  ports: PurgeWaitingPorts,
): Promise<readonly string[]> {
  while (items.size < MAX_PURGE_ITEMS) {
    const waiting = await ports.queue.receive();
    if (waiting.length === 0) break;
    taken.push(...waiting);
    await addItems(items, waiting, ports);
  }
  return itemsOfOneCall(items);
}

async function addItems(
  items: Set<string>,
  purges: readonly WaitingPurge[],
  { announced }: PurgeWaitingPorts,
): Promise<void> {
  const named = await Promise.all(namesIn(purges).map((name) => announced.itemsOf(name)));
  for (const item of [...purges.flatMap((purge) => purge.items), ...named.flat()]) items.add(item);
}

async function settle(purges: readonly WaitingPurge[], { announced }: PurgeWaitingPorts): Promise<void> {
  await Promise.all(namesIn(purges).map((name) => announced.settle(name)));
}

function namesIn(purges: readonly WaitingPurge[]): string[] {
  return purges.flatMap((purge) => purge.announced ?? []);
}

/** Who follows and is not told can only say so: no reason to purge again. */
async function tellFollowers(
  purges: readonly WaitingPurge[],
  invalidation: string,
  { followed, log }: PurgeWaitingPorts,
): Promise<void> {
  const names = purges.flatMap(({ name }) => name ?? []);
  for (const told of await Promise.allSettled(names.map((name) => followed.noteMade(name, invalidation)))) {
    if (told.status === 'rejected')
      log('warn', `nobody is told of a purge: ${reasonOf(told.reason)}`, { invalidation });
  }
}

/**
 * Waits for its turn, then purges what `gather` gives, with all that came meanwhile. Resolves with the id of the
 * invalidation. Rejects with PURGE_FAILED when the turn does not come in time, or the CDN refuses.
 */
async function purgeInTurn(
  gather: () => Promise<readonly string[]>,
  { cdn, pace, clock }: PurgeWaitingPorts,
): Promise<string> {
  const giveUpAt = clock.now() + PATIENCE_MS;
  for (;;) {
    let pause = await pace.mergedTurn();
    if (pause === 0) {
      const purged = await cdn.purge(await gather());
      if (purged.outcome === 'purged') return purged.invalidation;
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
