import { EVERYTHING, entryOfPath, entryOfPrefix, entryOfTag } from './ledger/ledger.ts';
import { type PageKey, pathOfPageKey } from './page/page-key.ts';

/** What a request asks to revalidate, parsed: paths are page keys, prefixes begin and end with `/`. */
export interface Revalidation {
  readonly pages: readonly PageKey[];
  readonly tags: readonly string[];
  readonly prefixes: readonly string[];
  readonly all: boolean;
}

/** The names under which the ledger notes a revalidation. */
export function entriesOf(revalidation: Revalidation): string[] {
  if (revalidation.all) return [EVERYTHING];
  return [
    ...revalidation.pages.map((pageKey) => entryOfPath(pathOfPageKey(pageKey))),
    ...revalidation.tags.map(entryOfTag),
    ...revalidation.prefixes.map(entryOfPrefix),
  ];
}
