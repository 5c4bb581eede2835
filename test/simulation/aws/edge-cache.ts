import type { Shown } from '../site.ts';

/** An answer of an origin, as it came to the edge. */
export interface OriginAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly source: 'serve' | 's3';
  readonly shown: Shown | undefined;
  /** Epoch milliseconds at which the origin let go of it. */
  readonly sentAt: number;
}

/** An invalidation that took effect at a location. */
export interface Purge {
  readonly items: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A copy that one location keeps. */
export interface Copy extends OriginAnswer {
  /** Epoch milliseconds. */
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly staleWhileRevalidateUntil: number;
  readonly staleIfErrorUntil: number;
  readonly tags: readonly string[];
  /**
   * Something that would have removed it took effect at this location while it was fetched: `asked` before the origin
   * had let go of it, `under way` after that, when nobody could hold it back any more.
   */
  readonly overtaken: 'asked' | 'under way' | undefined;
}

/** Of the distribution. */
export const CACHE_TAG_HEADERS = ['cache-tag', 'x-amz-meta-cache-tag'];

export function tagsIn(headers: Readonly<Record<string, string>>, header: string): readonly string[] {
  const value = headers[header];
  if (value === undefined || value === '') return [];
  return value
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .slice(0, 50);
}

export interface Lifetimes {
  readonly fresh: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** Seconds by the origin's `Cache-Control`; `undefined` when it may not be kept. */
export function lifetimesOf(headers: Readonly<Record<string, string>>): Lifetimes | undefined {
  const value = headers['cache-control'] ?? '';
  if (/no-store|private|no-cache/.test(value)) return undefined;
  const fresh = secondsOf(value, 's-maxage') ?? secondsOf(value, 'max-age');
  if (fresh === undefined) return undefined;
  return {
    fresh,
    staleWhileRevalidate: secondsOf(value, 'stale-while-revalidate') ?? 0,
    // Without the directive, CloudFront gives the old copy for as long as the origin cannot be reached.
    staleIfError: secondsOf(value, 'stale-if-error') ?? 31_536_000,
  };
}

function secondsOf(value: string, directive: string): number | undefined {
  const match = new RegExp(`(?:^|[\\s,])${directive}=(\\d+)`).exec(value);
  return match === null ? undefined : Number(match[1]);
}

/** Whether an item of an invalidation is about the copy under this key. */
export function isPurgedBy(item: string, key: string, tags: readonly string[]): boolean {
  if (item.startsWith('#')) return tags.includes(item.slice(1).toLowerCase());
  const uri = key.slice(0, key.indexOf(' '));
  return item.endsWith('*') ? uri.startsWith(item.slice(0, -1)) : uri === item;
}
