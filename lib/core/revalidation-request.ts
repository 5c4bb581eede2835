import { IsrError } from '../basics/errors.ts';
import { isJsonObject } from '../basics/json-object.ts';
import { describeFault, type PageKey, pageKeyOf, pathOfPageKey, type QueryParameter } from './page/page-key.ts';
import type { Revalidation } from './revalidation.ts';

export const MAX_ITEMS = 1000;
/** Of the body, of a request by hand as of a webhook. */
export const MAX_REQUEST_BYTES = 256 * 1024;
const MEMBERS = new Set(['paths', 'tags', 'prefixes', 'all']);

/**
 * Reads the body of a revalidation, `{ "paths": [], "tags": [], "prefixes": [], "all": true }`, any of them.
 * Throws INVALID_REQUEST that names every bad item.
 */
export function parseRevalidation(body: unknown, allowQuery: readonly string[]): Revalidation {
  if (!isJsonObject(body)) {
    throw invalid([
      `the body must be a JSON object such as {"paths":["/blog"]}, got ${JSON.stringify(body)?.slice(0, 80)}`,
    ]);
  }
  const faults = Object.keys(body)
    .filter((name) => !MEMBERS.has(name))
    .map((name) => `'${name}' is not known; use paths, tags, prefixes or all`);
  const revalidation: Revalidation = {
    pages: [...new Set(stringsOf(body, 'paths', faults).map((path, i) => pageOf(path, i, allowQuery, faults)))].flatMap(
      (key) => key ?? [],
    ),
    tags: [...new Set(stringsOf(body, 'tags', faults))],
    prefixes: [...new Set(stringsOf(body, 'prefixes', faults).map((prefix, i) => prefixOf(prefix, i, faults)))],
    all: body.all === true,
  };
  if (body.all !== undefined && typeof body.all !== 'boolean')
    faults.push(`all must be true, got ${JSON.stringify(body.all)}`);
  const count = revalidation.pages.length + revalidation.tags.length + revalidation.prefixes.length;
  if (count > MAX_ITEMS)
    faults.push(`${count} items are more than ${MAX_ITEMS}; send several requests, or a tag or prefix`);
  if (faults.length === 0 && count === 0 && !revalidation.all)
    faults.push('nothing is named; give paths, tags, prefixes or all');
  if (faults.length > 0) throw invalid(faults);
  return revalidation;
}

/** `path` may carry a query and unencoded Unicode, as people type it. */
export function pageKeyOfUrlPath(path: string, allowQuery: readonly string[]): ReturnType<typeof pageKeyOf> {
  const [pathname = '', query = ''] = path.split(/\?(.*)/s, 2);
  return pageKeyOf(
    pathname,
    parametersOf(query).filter(({ name }) => allowQuery.includes(name)),
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

function stringsOf(members: Readonly<Record<string, unknown>>, name: string, faults: string[]): string[] {
  const value = members[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    faults.push(`${name} must be an array of strings, got ${JSON.stringify(value).slice(0, 80)}`);
    return [];
  }
  return value.filter((item, i): item is string => {
    const isGood = typeof item === 'string' && item !== '';
    if (!isGood) faults.push(`${name}[${i}] must be a string that is not empty, got ${JSON.stringify(item)}`);
    return isGood;
  });
}

function pageOf(path: string, i: number, allowQuery: readonly string[], faults: string[]): PageKey | undefined {
  const result = pageKeyOfUrlPath(path, allowQuery);
  if ('key' in result) return result.key;
  faults.push(`paths[${i}] ${JSON.stringify(path.slice(0, 80))} ${describeFault(result.fault)}`);
  return undefined;
}

/** Canonical, as the ledger and CloudFront know it: percent-encoded, with a slash at both ends. */
function prefixOf(prefix: string, i: number, faults: string[]): string {
  const result = pageKeyOf(prefix);
  const fault = prefix.endsWith('/') ? undefined : 'must end with a slash';
  if ('key' in result && fault === undefined) return `${pathOfPageKey(result.key)}/`.replace('//', '/');
  const reason = 'fault' in result ? describeFault(result.fault) : fault;
  faults.push(`prefixes[${i}] ${JSON.stringify(prefix.slice(0, 80))} ${reason}`);
  return prefix;
}

function invalid(faults: readonly string[]): IsrError {
  return new IsrError('INVALID_REQUEST', faults.join('; '));
}
