import type { PageFacts, SiteAnswer } from '../page/page.ts';
import { expirationOf } from './expiration.ts';

/** The statuses that Vercel's ISR stores (https://vercel.com/docs/incremental-static-regeneration). */
const STORABLE_STATUSES = new Set([200, 301, 302, 307, 308, 404, 410]);
const GONE_STATUSES = new Set([404, 410]);
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Content may appear at any time under a path that has none. */
export const MAX_GONE_SECONDS = 60;

/** Never part of a stored page: about one connection, one viewer, or about caching, which serve decides anew each time. */
const UNSTORED_HEADERS = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer', 'te', 'date', 'content-length'],
  ...[
    'set-cookie',
    'age',
    'expires',
    'pragma',
    'etag',
    'cache-control',
    'cdn-cache-control',
    'vercel-cdn-cache-control',
  ],
  ...['cache-tag', 'vercel-cache-tag', 'x-prerender-revalidate'],
]);

export type Storability =
  | { readonly kind: 'storable'; readonly facts: PageFacts }
  /** The site failed: whatever is stored stays. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** A good answer that is not for everybody: passed on, never stored. */
  | { readonly kind: 'private'; readonly reason: string };

export interface RenderOrigin {
  readonly renderedAt: number;
  readonly ledgerSequence: number;
  readonly bodyHash: string;
}

export function isGone(status: number): boolean {
  return GONE_STATUSES.has(status);
}

export function storabilityOf(answer: SiteAnswer, origin: RenderOrigin, byDefault: number | false): Storability {
  if (!STORABLE_STATUSES.has(answer.status)) return { kind: 'failed', reason: `the site answered ${answer.status}` };
  const obstacle = obstacleTo(answer);
  if (obstacle !== undefined) return { kind: 'private', reason: obstacle };
  const expiration = expirationOf(answer.headers, answer.hint, byDefault);
  if (expiration.kind === 'not-stored') return { kind: 'private', reason: expiration.reason };
  const { seconds, staleLimit } = expiration;
  const facts: PageFacts = {
    ...origin,
    status: answer.status,
    headers: storedHeaders(answer.headers),
    expiration: isGone(answer.status) && (seconds === false || seconds > MAX_GONE_SECONDS) ? MAX_GONE_SECONDS : seconds,
    ...(staleLimit === undefined ? {} : { staleLimit }),
    tags: tagsOf(answer),
  };
  return { kind: 'storable', facts };
}

/** The headers that may reach any viewer. */
export function storedHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !UNSTORED_HEADERS.has(name)));
}

function obstacleTo(answer: SiteAnswer): string | undefined {
  if (answer.headers.has('set-cookie')) return 'set-cookie';
  if (answer.body.byteLength > MAX_BODY_BYTES) return `${answer.body.byteLength} bytes are more than ${MAX_BODY_BYTES}`;
  if (varyNames(answer.headers).includes('*')) return 'vary: *';
  return undefined;
}

function varyNames(headers: Headers): string[] {
  return (headers.get('vary') ?? '').split(',').map((name) => name.trim());
}

function tagsOf(answer: SiteAnswer): readonly string[] {
  const fromHint = answer.hint === false ? [] : (answer.hint?.tags ?? []);
  const fromHeader = (answer.headers.get('cache-tag') ?? '').split(',').map((tag) => tag.trim());
  return [...new Set([...fromHint, ...fromHeader])].filter((tag) => tag !== '');
}
