import type { RenderedPage } from '../page/page.ts';
import { pathOfPageKey } from '../page/page-key.ts';
import { prefixesOf } from '../page/path-prefixes.ts';

/**
 * What was revalidated, as far as it concerns one page.
 *
 * The ledger is a logical clock, so that the clocks of two machines are never compared. Each revalidation takes the next
 * sequence. A page stores the sequence that the ledger had before its render. For a page with the tag `posts`:
 *
 * | sequence in the page | newest entry that covers it | floor | the page is                                |
 * | -------------------- | --------------------------- | ----- | ------------------------------------------ |
 * | 7                    | none                        | 0     | valid: it expires by time alone            |
 * | 7                    | `tag:posts` at 5            | 0     | valid: its render came after               |
 * | 7                    | `tag:posts` at 8            | 0     | invalidated by `tag:posts`                 |
 * | 7                    | none                        | 9     | invalidated by the floor, as all below 9   |
 */
export interface Ledger {
  /** No two ledgers have the same. A page of another one was made before that was lost. */
  readonly id?: string;
  readonly sequence: number;
  /** Invalidates every page with a lower sequence. */
  readonly floor: number;
  /** By name (`tag:x`, `path:/blog/a`, `prefix:/blog/`): the sequence of its newest revalidation. */
  readonly entries: Readonly<Record<string, number>>;
}

export const EMPTY_LEDGER: Ledger = { sequence: 0, floor: 0, entries: {} };

/** Covers every page. It is no entry: it raises the floor. */
export const EVERYTHING = 'prefix:/';

export const entryOfTag = (tag: string): string => `tag:${tag}`;
export const entryOfPath = (path: string): string => `path:${path}`;
/** `prefix` begins and ends with a slash. */
export const entryOfPrefix = (prefix: string): string => `prefix:${prefix}`;

/** What the ledger has to know of a page. */
export type LedgerPage = Pick<RenderedPage, 'pageKey' | 'tags' | 'ledgerSequence' | 'ledgerId'>;

/** The names of all entries that would cover the page: its path, each prefix of it, its tags. */
export function entriesCovering({ pageKey, tags }: LedgerPage): string[] {
  const path = pathOfPageKey(pageKey);
  return [entryOfPath(path), ...prefixesOf(path).map(entryOfPrefix), ...tags.map(entryOfTag)];
}

/** What covers a page, and since when. The name is that of the entry; or `floor`, or `ledger` if the page's was lost. */
export type CoveringEntry = readonly [name: string, sequence: number];

/** The first entry that covers the page and that its render has not seen. */
export function newerEntry(ledger: Ledger, page: LedgerPage): CoveringEntry | undefined {
  const { sequence, floor, entries } = ledger;
  if (page.ledgerId !== ledger.id) return ['ledger', sequence];
  const covering = entriesCovering(page).map((name): CoveringEntry => [name, entries[name] ?? 0]);
  return [['floor', floor] as const, ...covering].find(([, newest]) => newest > page.ledgerSequence);
}
