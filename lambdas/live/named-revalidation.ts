import { IsrError } from '../../lib/basics/errors.ts';
import type { PageNaming } from '../../lib/core/page/page-name.ts';
import type { Revalidation } from '../../lib/core/revalidation.ts';
import { parseRevalidation } from '../../lib/core/revalidation-request.ts';

/**
 * What to revalidate for an endpoint that responds with the token. Its JSON body says it: `"tag"`, `["tag", "tag"]`, or
 * an object with `tag`, `tags`, `path` or `paths`. When that names nothing, it is the page that the request came from;
 * `undefined` when the request has no `Referer` of this site.
 */
export function namedRevalidation(body: string, request: Request, naming: PageNaming): Revalidation | undefined {
  const named = namesIn(body);
  if (named.paths.length + named.tags.length > 0) return parseRevalidation(named, naming);
  const page = refererPath(request);
  return page === undefined ? undefined : parseRevalidation({ paths: [page] }, naming);
}

interface Names {
  readonly paths: readonly string[];
  readonly tags: readonly string[];
}

function namesIn(body: string): Names {
  const value = parseLeniently(body);
  if (typeof value === 'string' || Array.isArray(value)) return { paths: [], tags: stringsIn(value) };
  const { tag, tags, path, paths } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { paths: [...stringsIn(path), ...stringsIn(paths)], tags: [...stringsIn(tag), ...stringsIn(tags)] };
}

function stringsIn(value: unknown): string[] {
  return [value].flat().filter((item): item is string => typeof item === 'string' && item !== '');
}

/** Endpoints may respond with anything. What is not JSON names nothing. */
function parseLeniently(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function refererPath(request: Request): string | undefined {
  const referer = URL.parse(request.headers.get('referer') ?? '');
  if (referer === null || referer.host !== new URL(request.url).host) return undefined;
  return referer.pathname + referer.search;
}

/** Whether a name is not valid. The viewer gets the endpoint's response all the same. */
export function isBadName(error: unknown): error is IsrError {
  return error instanceof IsrError && error.code === 'INVALID_REQUEST';
}
