import type { ListedObject } from '../../lib/aws/s3-listing.ts';
import { type PageKey, pageKeyOfUri, queryOfPageKey, uriOfPageKey } from '../../lib/core/page/page-key.ts';

export interface CandidateOptions {
  /** Decoded names of query parameters that are part of a page's key. */
  readonly allowQuery: readonly string[];
  readonly isLiveRoute: (pageKey: PageKey) => boolean;
}

/**
 * Pages that a deployment should have before it is served, the most wanted first: those that the configuration names,
 * then what only the deployment before has, then what both have; of each, the newest first. Nobody counts reads. But a
 * page that expires is rendered anew only when it is asked for, so a new one was asked for not long ago.
 */
export function candidatesOf(
  named: readonly PageKey[],
  before: readonly ListedObject[],
  present: readonly ListedObject[],
  options: CandidateOptions,
): readonly PageKey[] {
  const stored = new Set(present.map(pageKeyOfObject));
  const newestFirst = before
    .toSorted((a, b) => b.modifiedAt - a.modifiedAt)
    .map(pageKeyOfObject)
    .filter((pageKey) => isOfThisSite(pageKey, options));
  const lacking = newestFirst.filter((pageKey) => !stored.has(pageKey));
  const shared = newestFirst.filter((pageKey) => stored.has(pageKey));
  return [...new Set([...named, ...lacking, ...shared])];
}

/** `deployments/<id>/a/index.html` */
function pageKeyOfObject({ key }: ListedObject): PageKey {
  return key.replace(/^deployments\/[^/]*/, '') as PageKey;
}

/** The build before may have had other routes and query parameters. */
function isOfThisSite(pageKey: PageKey, { allowQuery, isLiveRoute }: CandidateOptions): boolean {
  if (pageKeyOfUri(uriOfPageKey(pageKey)) !== pageKey || isLiveRoute(pageKey)) return false;
  return [...new URLSearchParams(queryOfPageKey(pageKey)).keys()].every((name) => allowQuery.includes(name));
}
