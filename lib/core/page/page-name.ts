import {
  type PageKey,
  type PageKeyFault,
  pageKeyOf,
  partBrokenBy,
  type QueryParameter,
  ruleBrokenBy,
  type UrlStyle,
} from './page-key.ts';
import { normalizePath } from './url-path.ts';

/** What of the site decides which page a name is of. */
export interface PageNaming {
  /** Query parameters that make a page of their own. @default [] */
  readonly allowQuery?: readonly string[];
  /** As in `UrlStyle`. @default false */
  readonly hasHtmlEndings?: boolean;
}

export type PageNameFault = PageKeyFault | 'empty-segment' | 'dot-segment' | 'backslash';

export type PageNameOrFault = { readonly pageKey: PageKey } | { readonly fault: PageNameFault };

const RULES: Readonly<Partial<Record<PageNameFault, string>>> = {
  'empty-segment': 'without an empty segment (//)',
  'dot-segment': 'without a . or .. segment',
  backslash: 'without a backslash',
};

/**
 * The page that somebody names by its path: in a revalidation, a webhook's rule or a command. Of a viewer's URL, what a
 * browser or a crawler made of it is mended. A name is a mistake then, or a value that leaves its place.
 */
export function pageKeyOfName(path: string, parameters?: readonly QueryParameter[], style?: UrlStyle): PageNameOrFault {
  const fault = faultOf(path);
  return fault === undefined ? pageKeyOf(path, parameters, style) : { fault };
}

/** What the name of a page must be, as the end of "a path" or "a path with a query". */
export function nameRuleBrokenBy(fault: PageNameFault): string {
  return RULES[fault] ?? ruleBrokenBy(fault as PageKeyFault);
}

export function namePartBrokenBy(fault: PageNameFault): 'path' | 'query' {
  return fault in RULES ? 'path' : partBrokenBy(fault as PageKeyFault);
}

function faultOf(path: string): PageNameFault | undefined {
  if (!path.startsWith('/')) return 'not-absolute';
  if (path.includes('\\')) return 'backslash';
  if (path.includes('//')) return 'empty-segment';
  return normalizePath(path) === path ? undefined : 'dot-segment';
}
