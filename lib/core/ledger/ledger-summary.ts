import { isJsonObject } from '../../basics/json-object.ts';
import { EVERYTHING, entriesCovering, type Ledger, type LedgerPage } from './ledger.ts';
import { type LedgerShard, shardOf, storedName } from './ledger-shard.ts';

/** The first level of the ledger: tells which shards a reader has to look into for a page. */
export interface LedgerSummary {
  /** No two ledgers have the same: of one that was lost, nobody knows what was revalidated. */
  readonly id?: string;
  /** Rises with each append, by one or to the time in milliseconds. */
  readonly sequence: number;
  /** Invalidates every page with a lower sequence. */
  readonly floor: number;
  /** By shard: the sequence of the last append to it. A page with that sequence or a higher one need not look into it. */
  readonly shards: readonly number[];
  /** Days with a revalidation, in days since 1970 and ascending, each with its newest sequence. */
  readonly days: readonly (readonly [day: number, sequence: number])[];
}

export const EMPTY_SUMMARY: LedgerSummary = { sequence: 0, floor: 0, shards: [], days: [] };

/** With 1,000,000 names the summary has 8 KB, and each shard about 1,000 names. */
export const SHARDS = 1024;
/** No rendered page lives longer, so what was revalidated before that concerns none. */
const RETENTION_DAYS = 31;
const DAY_MS = 86_400_000;

/**
 * The sequence that comes next. The time is a floor under it, no more: should the ledger be lost, or an older one be put
 * in its place, the sequences of a new one are higher than those that pages know. `now` in epoch milliseconds.
 */
export function nextSequence({ sequence }: LedgerSummary, now: number): number {
  return Math.max(sequence + 1, Math.floor(now));
}

/**
 * Takes the next sequence for an append to the shards of these names, which was made with `atLeast`. `now` in epoch
 * milliseconds.
 */
export function appendToSummary(
  summary: LedgerSummary,
  names: readonly string[],
  now: number,
  atLeast = nextSequence(summary, now),
): LedgerSummary {
  const sequence = Math.max(summary.sequence + 1, atLeast);
  const shards = Array.from({ length: SHARDS }, (_, shard) => summary.shards[shard] ?? 0);
  for (const name of names) if (name !== EVERYTHING) shards[shardOf(name, SHARDS)] = sequence;
  const { days, outdated } = daysWith(summary.days, Math.floor(now / DAY_MS), sequence);
  const floor = names.includes(EVERYTHING) ? sequence : Math.max(summary.floor, outdated);
  return { ...summary, sequence, floor, shards, days };
}

/** In place of a summary that is not there. Pages that were rendered before are of another ledger, and so invalid. */
export function newSummary(id: string, now: number): LedgerSummary {
  return { ...EMPTY_SUMMARY, id, sequence: nextSequence(EMPTY_SUMMARY, now) };
}

/** What somebody has seen of a ledger. */
export interface KnownLedger {
  readonly ledgerId?: string;
  readonly ledgerSequence: number;
}

/** Whether the summary is not there, or an older one than was seen. */
export function isLost({ id, sequence }: LedgerSummary, known: KnownLedger): boolean {
  return sequence === 0 || (id === known.ledgerId && sequence < known.ledgerSequence);
}

/** Whether a parsed JSON value is what we wrote. */
export function isLedgerSummary(value: unknown): value is LedgerSummary {
  if (!isJsonObject(value)) return false;
  const { id, sequence, floor, shards, days } = value;
  if (id !== undefined && typeof id !== 'string') return false;
  const areNumbers = [sequence, floor].every(Number.isSafeInteger);
  return areNumbers && Array.isArray(shards) && shards.every(Number.isSafeInteger) && Array.isArray(days);
}

/** The names by the shard that they belong to. */
export function namesByShard(names: readonly string[]): Map<number, string[]> {
  return Map.groupBy(
    names.filter((name) => name !== EVERYTHING),
    (name) => shardOf(name, SHARDS),
  );
}

/** The shards that may hold an entry newer than the page. Usually there are none. */
export function shardsConcerning({ id, sequence, floor, shards }: LedgerSummary, page: LedgerPage): number[] {
  // Either nothing was revalidated since the page was rendered, or everything was: the floor says so already.
  if (id !== page.ledgerId || sequence <= page.ledgerSequence || floor > page.ledgerSequence) return [];
  const covering = entriesCovering(page).map((name) => shardOf(name, SHARDS));
  return [...new Set(covering)].filter((shard) => (shards[shard] ?? 0) > page.ledgerSequence);
}

/** What summary and shards say about one page. `shards`: those of `shardsConcerning`, by number. */
export function ledgerAbout(
  { id, sequence, floor }: LedgerSummary,
  shards: ReadonlyMap<number, LedgerShard>,
  page: LedgerPage,
): Ledger {
  const ledger = { ...(id === undefined ? {} : { id }), sequence };
  if (shards.size === 0) return { ...ledger, floor, entries: {} };
  const entries = entriesCovering(page).flatMap((name) => {
    const newest = shards.get(shardOf(name, SHARDS))?.entries[storedName(name)];
    return newest === undefined ? [] : [[name, newest] as const];
  });
  const floors = [...shards.values()].map((shard) => shard.floor);
  return { ...ledger, floor: Math.max(floor, ...floors), entries: Object.fromEntries(entries) };
}

interface Days {
  readonly days: LedgerSummary['days'];
  /** The newest sequence of the days that are too long ago for any page. */
  readonly outdated: number;
}

function daysWith(days: LedgerSummary['days'], today: number, sequence: number): Days {
  const last = days.at(-1)?.[0] ?? 0;
  // Another machine may be a day ahead. The days stay in order all the same.
  const day = Math.max(today, last);
  const before = last === day ? days.slice(0, -1) : days;
  const isOutdated = ([other]: readonly [number, number]): boolean => other < day - RETENTION_DAYS;
  const outdated = before.findLast(isOutdated)?.[1] ?? 0;
  return { days: [...before.filter((row) => !isOutdated(row)), [day, sequence]], outdated };
}
