import {
  type Check,
  fieldsOf,
  listOf,
  memberOf,
  optional,
  rejectUnknown,
  text,
  trueOrFalse,
} from '../basics/checks.ts';
import { Faults, type Given } from '../basics/faults.ts';
import { type PageKey, pathOfPageKey, type QueryParameter } from './page/page-key.ts';
import {
  namePartBrokenBy,
  nameRuleBrokenBy,
  type PageNameOrFault,
  type PageNaming,
  pageKeyOfName,
} from './page/page-name.ts';
import type { Revalidation } from './revalidation.ts';

/** Of one request. Fewer than one call to the CDN carries, so that each is purged by its own name. */
export const MAX_REVALIDATED_ITEMS = 1000;
/** Of the body. */
export const MAX_REQUEST_BYTES = 256 * 1024;
const MEMBERS = ['paths', 'tags', 'prefixes', 'all', 'wait'];

/** What the body of a request says. */
export interface RevalidationRequest extends Revalidation {
  /** Whether to answer only when nobody gets an old page any more. */
  readonly wait?: true;
}

/**
 * Reads the body of a revalidation, `{ "paths": [], "tags": [], "prefixes": [], "all": true }`, any of them, and
 * `"wait": true` beside them.
 *
 * @throws IsrError INVALID_REQUEST, naming every fault at once
 */
export function parseRevalidation(body: unknown, naming: PageNaming): RevalidationRequest {
  const faults = new Faults('the body');
  const given = faults.in(body);
  const wanted = readRevalidation(given, naming);
  const count = wanted === undefined ? 0 : wanted.pages.length + wanted.tags.length + wanted.prefixes.length;
  if (count > MAX_REVALIDATED_ITEMS) {
    given.secret.mustBe(
      `one of at most ${MAX_REVALIDATED_ITEMS} items, not ${count}`,
      'send several requests, or a tag or prefix',
    );
  } else if (faults.found.length === 0 && count === 0 && !wanted?.all) {
    given.mustBe('an object that names paths, tags, prefixes or all');
  }
  return faults.accept(wanted, 'INVALID_REQUEST');
}

function readRevalidation(given: Given, naming: PageNaming): RevalidationRequest | undefined {
  const fields = fieldsOf(given, 'a JSON object such as {"paths":["/blog"]}');
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, MEMBERS, 'a member that is known');
  const itemsIn = <T>(name: string, item: Check<T>): T[] => [
    ...new Set(optional(listOf(item, 'a list of strings'))(memberOf(given, fields, name))),
  ];
  return {
    pages: itemsIn('paths', pagePath(naming)),
    tags: itemsIn('tags', text),
    prefixes: itemsIn('prefixes', pathPrefix),
    all: optional(trueOrFalse)(memberOf(given, fields, 'all')) ?? false,
    ...(optional(trueOrFalse)(memberOf(given, fields, 'wait')) ? { wait: true } : {}),
  };
}

/** The page at a path, which may carry a query. */
export function pagePath(naming: PageNaming): Check<PageKey> {
  return (given) => {
    const path = text(given);
    if (path === undefined) return undefined;
    const result = pageKeyOfUrlPath(path, naming);
    if ('pageKey' in result) return result.pageKey;
    const what = namePartBrokenBy(result.fault) === 'query' ? 'a path with a query' : 'a path';
    return given.mustBe(`${what} ${nameRuleBrokenBy(result.fault)}`);
  };
}

/** Canonical, as the ledger and CloudFront know it: percent-encoded, with a slash at both ends. */
export const pathPrefix: Check<string> = (given) => {
  const prefix = text(given);
  if (prefix === undefined) return undefined;
  const result = pageKeyOfName(prefix);
  if ('fault' in result) return given.mustBe(`a path ${nameRuleBrokenBy(result.fault)}`);
  if (!prefix.endsWith('/')) return given.mustBe('a path that ends with a slash');
  return `${pathOfPageKey(result.pageKey)}/`.replace('//', '/');
};

/** `path` as people type it: it may have a query, and Unicode that is not encoded. A slash at its end makes no difference. */
export function pageKeyOfUrlPath(
  path: string,
  { allowQuery = [], hasHtmlEndings = false }: PageNaming,
): PageNameOrFault {
  const [pathname = '', query = ''] = path.split(/\?(.*)/s, 2);
  return pageKeyOfName(
    pathname,
    parametersOf(query).filter(({ name }) => allowQuery.includes(name)),
    { trailingSlash: 'ignore', hasHtmlEndings },
  );
}

function parametersOf(query: string): QueryParameter[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s, 2);
      return { name, value };
    });
}
