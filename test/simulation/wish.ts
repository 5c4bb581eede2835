import type { SitePage } from './site.ts';

/** The body of a revalidation. */
export interface Wish {
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly all?: true;
}

export function isCovered(page: SitePage, { paths = [], tags = [], prefixes = [], all }: Wish): boolean {
  return (
    all === true ||
    paths.includes(page.path) ||
    tags.some((tag) => page.tags.includes(tag)) ||
    prefixes.some((prefix) => `${page.path}/`.startsWith(prefix))
  );
}
