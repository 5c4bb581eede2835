import type { RevalidationOutcome } from './revalidate.ts';
import type { Revalidation } from './revalidation.ts';

/**
 * What should be revalidated once more, when the source of the content had time to settle: everything but what only a
 * deployment changes. That a render differs from the page before does not show that it found what was saved: it may
 * have found an earlier edit, the page may not have been stored yet, or differ each time.
 */
export function unsettledOf(revalidation: Revalidation, outcome: RevalidationOutcome): Revalidation | undefined {
  const pages = revalidation.pages.filter((_, i) => outcome.pages[i]?.outcome !== 'prerendered');
  const { tags, prefixes, all } = revalidation;
  const isEmpty = pages.length + tags.length + prefixes.length === 0 && !all;
  return isEmpty ? undefined : { pages, tags, prefixes, all };
}

/** The same in parts that name at most `max` pages, tags and prefixes each. */
export function partsOf(revalidation: Revalidation, max: number): readonly Revalidation[] {
  if (revalidation.all) return [{ pages: [], tags: [], prefixes: [], all: true }];
  const parts: Revalidation[] = [];
  for (const kind of ['pages', 'tags', 'prefixes'] as const) {
    for (let at = 0; at < revalidation[kind].length; at += max) {
      const part: Revalidation = { pages: [], tags: [], prefixes: [], all: false };
      parts.push({ ...part, [kind]: revalidation[kind].slice(at, at + max) });
    }
  }
  return parts;
}
