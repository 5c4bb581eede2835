import { EVERYTHING, entriesCovering, type Ledger, type LedgerPage } from './ledger.ts';
import { type LedgerShard, shardOf, storedName } from './ledger-shard.ts';

/** The first level of the ledger. It says whether a shard can hold anything that is newer than a page. */
export interface LedgerSummary {
  /** Rises by one with each append. */
  readonly sequence: number;
  /** Every page with a lower sequence is out of date. */
  readonly floor: number;
  /** By shard, the sequence of its newest append: no entry in it is newer, and it changes with each append. */
  readonly shards: readonly number[];
  /** By day (since 1970) on which something was revalidated, ascending: its newest sequence. */
  readonly days: readonly (readonly [day: number, sequence: number])[];
}

export const EMPTY_SUMMARY: LedgerSummary = { sequence: 0, floor: 0, shards: [], days: [] };

/** 1,000,000 names make a summary of 8 KB and shards of about 1,000 names. */
export const SHARDS = 1024;
/** A page lives as long, unless it was made at build time. */
const RETENTION_DAYS = 31;
const DAY_MS = 86_400_000;

/** Notes that the shards of these names have been written to. `now` in epoch milliseconds. */
export function appendToSummary(summary: LedgerSummary, names: readonly string[], now: number): LedgerSummary {
  const sequence = summary.sequence + 1;
  const shards = Array.from({ length: SHARDS }, (_, shard) => summary.shards[shard] ?? 0);
  for (const name of names) if (name !== EVERYTHING) shards[shardOf(name, SHARDS)] = sequence;
  const { days, outdated } = daysWith(summary.days, Math.floor(now / DAY_MS), sequence);
  const floor = names.includes(EVERYTHING) ? sequence : Math.max(summary.floor, outdated);
  return { sequence, floor, shards, days };
}

/** The names by the shard that they belong to. */
export function namesByShard(names: readonly string[]): Map<number, string[]> {
  return Map.groupBy(
    names.filter((name) => name !== EVERYTHING),
    (name) => shardOf(name, SHARDS),
  );
}

/** The shards that may hold something newer than the page. Usually there are none. */
export function shardsConcerning({ sequence, floor, shards }: LedgerSummary, page: LedgerPage): number[] {
  // Nothing was revalidated since, or everything was.
  if (sequence <= page.ledgerSequence || floor > page.ledgerSequence) return [];
  const covering = entriesCovering(page).map((name) => shardOf(name, SHARDS));
  return [...new Set(covering)].filter((shard) => (shards[shard] ?? 0) > page.ledgerSequence);
}

/** What the summary and the shards that concern the page say about it. */
export function ledgerAbout(
  { sequence, floor }: LedgerSummary,
  shards: ReadonlyMap<number, LedgerShard>,
  page: LedgerPage,
): Ledger {
  if (shards.size === 0) return { sequence, floor, entries: {} };
  const entries = entriesCovering(page).flatMap((name) => {
    const newest = shards.get(shardOf(name, SHARDS))?.entries[storedName(name)];
    return newest === undefined ? [] : [[name, newest] as const];
  });
  const floors = [...shards.values()].map((shard) => shard.floor);
  return { sequence, floor: Math.max(floor, ...floors), entries: Object.fromEntries(entries) };
}

interface Days {
  readonly days: LedgerSummary['days'];
  /** The newest sequence of the days that no page is left of. */
  readonly outdated: number;
}

function daysWith(days: LedgerSummary['days'], today: number, sequence: number): Days {
  const last = days.at(-1)?.[0] ?? 0;
  // A clock that is behind those of others counts as theirs.
  const day = Math.max(today, last);
  const before = last === day ? days.slice(0, -1) : days;
  const isOutdated = ([other]: readonly [number, number]): boolean => other < day - RETENTION_DAYS;
  const outdated = before.findLast(isOutdated)?.[1] ?? 0;
  return { days: [...before.filter((row) => !isOutdated(row)), [day, sequence]], outdated };
}
