import type { CachePolicySettings } from '../configuration/policies.ts';
import { isSelected } from '../configuration/selection.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { fieldOf } from '../message/fields.ts';
import { formatCookies, formatQuery, parseCookies, parseQuery } from '../message/query-string.ts';
import type { KeyedHeaders } from '../origin/origin-headers.ts';

export interface CacheKey extends KeyedHeaders {
  /** One string for everything below. */
  readonly id: string;
  readonly method: string;
  /** The uri, with the query that is part of the key: what an invalidation path is compared with. */
  readonly path: string;
  readonly query: string;
  readonly cookie: string;
}

/** What of the request distinguishes cached objects. All of it is forwarded to the origin too. */
export function cacheKeyOf(request: EdgeRequest, policy: CachePolicySettings): CacheKey {
  const query = formatQuery(parseQuery(request.query).filter(({ name }) => isSelected(policy.query, name)));
  const headers: Record<string, string> = {};
  for (const name of policy.headers.names) {
    const value = fieldOf(request.headers, name);
    if (isSelected(policy.headers, name) && value !== undefined) headers[name] = value;
  }
  const cookies = parseCookies(fieldOf(request.headers, 'cookie'));
  const cookie = formatCookies(cookies.filter(({ name }) => isSelected(policy.cookies, name)));
  const acceptEncoding = normalizedAcceptEncoding(fieldOf(request.headers, 'accept-encoding') ?? '', policy.codings);
  const path = query === '' ? request.uri : `${request.uri}?${query}`;
  const id = JSON.stringify([request.method, path, Object.entries(headers).sort(), cookie, acceptEncoding]);
  return { id, method: request.method, path, query, headers, cookie, acceptEncoding };
}

/** The same key for another method. */
export function keyForMethod(key: CacheKey, method: string): CacheKey {
  const [, ...rest] = JSON.parse(key.id) as unknown[];
  return { ...key, method, id: JSON.stringify([method, ...rest]) };
}

// Viewers spell this header in countless ways, so CloudFront reduces it to the codings that the policy enables.
function normalizedAcceptEncoding(header: string, codings: readonly string[]): string | undefined {
  if (codings.length === 0) return undefined;
  const accepted = header.split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name];
  });
  return codings.filter((coding) => accepted.includes(coding)).join(',');
}
