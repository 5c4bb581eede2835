import { parseCacheDirectives } from '../core/policy/cache-directives.ts';
import { ONE_YEAR_SECONDS } from '../core/policy/freshness.ts';

/** Of an image whose site says nothing. */
const DEFAULT_SECONDS = 14_400;
/** Nobody can revalidate an image of another site, so its site's word is not taken for longer. */
const MAX_SECONDS = 31 * 86_400;

/**
 * For how long an image of another site is kept, in seconds: what its site says, within bounds. It is asked for without
 * a cookie, so even what its site calls private is the same for everybody.
 */
export function secondsToKeep(headers: Headers, minimumSeconds: number, now: number): number {
  const directives = parseCacheDirectives(headers.get('cache-control'));
  const isUnwanted = ['no-store', 'no-cache', 'private'].some((name) => directives.names.has(name));
  const said = isUnwanted ? 0 : (directives.seconds('s-maxage') ?? directives.seconds('max-age'));
  const age = Number(headers.get('age') ?? 0) || 0;
  const seconds = said === undefined ? secondsUntil(headers.get('expires'), now) : said - age;
  return Math.max(minimumSeconds, Math.min(seconds, MAX_SECONDS));
}

function secondsUntil(expires: string | null, now: number): number {
  if (expires === null) return DEFAULT_SECONDS;
  const at = Date.parse(expires);
  return Number.isNaN(at) ? 0 : Math.floor((at - now) / 1000);
}

/** How a source changes, and what that means for copies of its variants. */
export type SourceKind = 'hashed' | 'own' | 'remote';

/** For CloudFront and for browsers. `secondsLeft` counts for images of other sites. */
export function imageCacheControl(kind: SourceKind, secondsLeft: number): string {
  if (kind === 'hashed') return `public, max-age=${ONE_YEAR_SECONDS}, immutable`;
  // The edge has each deployment's under a key of its own, but a browser does not know of deployments.
  if (kind === 'own') return `public, max-age=0, s-maxage=${ONE_YEAR_SECONDS}, must-revalidate`;
  return `public, max-age=${secondsLeft}`;
}
