import type { CacheHint } from '../site.ts';
import type { PageKey } from './page-key.ts';
import type { ViewerReads } from './viewer-reads.ts';

/** Everything about a stored page but its key and its body. */
export interface PageFacts {
  readonly status: number;
  /** Names in lower case. What the viewer gets, without caching directives and cookies. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds at which the render began: nothing in the page is known to be newer. */
  readonly renderedAt: number;
  /** Seconds that the page stays fresh after `renderedAt`; `false`: until it is revalidated. */
  readonly expiration: number | false;
  /** Seconds that it may still be served after it expired; absent: no limit. */
  readonly staleWhileRevalidate?: number;
  /** The user's tags, as written. */
  readonly tags: readonly string[];
  /** The ledger's sequence as it was read before the render. */
  readonly ledgerSequence: number;
  /** Which ledger that was; absent in pages of versions whose ledger had no id. */
  readonly ledgerId?: string;
  /** SHA-256 (hex) of the body as the site gave it. */
  readonly bodyHash: string;
  /** What the page asked to know of the viewer, when it did. */
  readonly viewerReads?: ViewerReads;
  /** The edge may have older content of the page: no revalidation has purged it since it was replaced. */
  readonly isUnpurged?: boolean;
  /** Epoch milliseconds before which a failed render of this page is not tried again. */
  readonly retryAt?: number;
}

/** A page as a render made it. */
export interface RenderedPage extends PageFacts {
  readonly pageKey: PageKey;
  readonly body: Uint8Array;
}

export interface StoredPage extends RenderedPage {
  /** The entity tag of the stored object, with its quotes. */
  readonly etag: string;
  /** Made at build time: it never expires by itself. */
  readonly isPrerendered: boolean;
}

/** What the build says of a page that it made, where the object in the bucket does not say it. */
export type PrerenderedFacts = Partial<Pick<PageFacts, 'status' | 'headers'>>;

/** What the site responded for one page key. */
export interface SiteResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** `undefined`: the framework said nothing; `false`: do not store. */
  readonly hint: CacheHint | false | undefined;
  /** What the page asked to know of the viewer, when it did. */
  readonly viewerReads?: ViewerReads;
}

/** What is stored beside the body. */
export function factsOf(page: RenderedPage | StoredPage): PageFacts {
  const { pageKey, body, etag, isPrerendered, ...facts } = page as StoredPage;
  return facts;
}

/** Differs from one render of a page to the next, even when the HTML is the same. */
export function versionOf(page: StoredPage): string {
  return `${page.renderedAt}.${page.retryAt ?? 0}.${page.etag}`;
}
