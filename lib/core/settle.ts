import type { RevalidationOutcome } from './revalidate.ts';
import type { Revalidation } from './revalidation.ts';

/** After these, the render may have seen old content: a CMS can send its webhook before its own CDN has the new one. */
const MAYBE_OLD: readonly RevalidationOutcome['pages'][number]['outcome'][] = ['unchanged', 'not-found', 'failed'];

/**
 * What should be revalidated once more, when the source of the content had time to settle. These are pages whose render
 * found nothing new. Pages of tags and prefixes are rendered later, so nobody can say what they found: all of them.
 */
export function unsettledOf(revalidation: Revalidation, outcome: RevalidationOutcome): Revalidation | undefined {
  const pages = revalidation.pages.filter((_, i) => MAYBE_OLD.some((each) => each === outcome.pages[i]?.outcome));
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
