import type { RenderedPage, SiteResponse } from '../page/page.ts';
import type { PageKey } from '../page/page-key.ts';
import { boundedReads } from '../page/viewer-reads.ts';
import { cookieNamesIn } from './cookie-names.ts';
import { CDN_FIELDS, expirationOf } from './expiration.ts';
import { redirectFault } from './redirect.ts';
import { STORABLE_STATUSES } from './storable-statuses.ts';
import { validatorsOf } from './validators.ts';
import { varyingNames } from './vary.ts';

export const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Content may appear at any time where there is none. */
export const MAX_NOT_FOUND_SECONDS = 60;

/** Never stored: they are about one connection, one viewer, or caching, which serve decides for each response. */
const UNSTORED_HEADERS = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer', 'te', 'date', 'content-length'],
  ...['set-cookie', 'age', 'expires', 'pragma', 'etag', 'last-modified', 'cache-control', ...CDN_FIELDS],
  ...['cache-tag', 'vercel-cache-tag', 'x-prerender-revalidate'],
]);

export type Storability =
  | { readonly kind: 'storable'; readonly page: RenderedPage }
  /** The site failed: what is stored stays. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** A good response for one viewer alone: passed on, never stored. */
  | { readonly kind: 'private'; readonly reason: string };

/** Of the render that the response is from. */
export interface RenderOrigin {
  readonly pageKey: PageKey;
  readonly renderedAt: number;
  readonly ledgerSequence: number;
  readonly ledgerId?: string;
  readonly bodyHash: string;
}

export function isStorableStatus(status: number): boolean {
  return STORABLE_STATUSES.includes(status);
}

/** Not Found or Gone: nothing is under this path. */
export function isNotFound(status: number): boolean {
  return status === 404 || status === 410;
}

export function storabilityOf(response: SiteResponse, origin: RenderOrigin, byDefault: number | false): Storability {
  const fault = redirectFault(response.status, response.headers.get('location'));
  if (fault !== undefined) return { kind: 'failed', reason: fault };
  if (!isStorableStatus(response.status)) return { kind: 'failed', reason: `the site answered ${response.status}` };
  const obstacle = obstacleTo(response);
  if (obstacle !== undefined) return { kind: 'private', reason: obstacle };
  const expiration = expirationOf(response.headers, response.hint, byDefault, origin.renderedAt);
  if (expiration.kind === 'not-stored') return { kind: 'private', reason: expiration.reason };
  const { seconds, staleWhileRevalidate } = expiration;
  const page: RenderedPage = {
    ...origin,
    body: response.body,
    status: response.status,
    headers: headersForAll(response),
    expiration:
      isNotFound(response.status) && (seconds === false || seconds > MAX_NOT_FOUND_SECONDS)
        ? MAX_NOT_FOUND_SECONDS
        : seconds,
    staleWhileRevalidate,
    tags: tagsOf(response),
    ...(response.viewerReads === undefined ? {} : { viewerReads: boundedReads(response.viewerReads) }),
  };
  return { kind: 'storable', page };
}

/** The headers that may reach any viewer. */
export function headersForAll({ headers, hint }: Pick<SiteResponse, 'headers' | 'hint'>): Record<string, string> {
  const kept = [...headers].filter(([name]) => !UNSTORED_HEADERS.has(name));
  return { ...Object.fromEntries(kept), ...validatorsOf(headers, hint) };
}

/** What keeps a response from being stored although nobody said that it should not be. */
export function obstacleTo(
  response: Pick<SiteResponse, 'headers'> & Partial<Pick<SiteResponse, 'body'>>,
): string | undefined {
  const cookies = cookieNamesIn(response.headers);
  if (cookies.length > 0) return `set-cookie: ${cookies.join(', ')}`;
  const bytes = response.body?.byteLength ?? 0;
  if (bytes > MAX_BODY_BYTES) return `${bytes} bytes are more than ${MAX_BODY_BYTES}`;
  const varying = varyingNames(response.headers);
  return varying.length === 0 ? undefined : `vary: ${varying.join(', ')}`;
}

/** The user's tags, as written. */
export function tagsOf(response: Pick<SiteResponse, 'headers' | 'hint'>): readonly string[] {
  const fromHint = response.hint === false ? [] : (response.hint?.tags ?? []);
  const headers = ['cache-tag', 'vercel-cache-tag'].map((name) => response.headers.get(name) ?? '');
  const fromHeader = headers.flatMap((header) => header.split(',')).map((tag) => tag.trim());
  return [...new Set([...fromHint, ...fromHeader])].filter((tag) => tag !== '');
}
