/** Whether the URLs of pages end in a slash: all, none, or both are pages. */
export type TrailingSlash = 'always' | 'never' | 'ignore';

/** What a page said about its own caching through the framework's API (`Astro.cache.set`, `routeRules`). */
export interface CacheHint {
  /** Seconds until the page expires. */
  readonly maxAge?: number;
  /** Seconds that it may be served after that, while it is made anew; none when absent. */
  readonly swr?: number;
  /** As the user wrote them: any Unicode, commas included. */
  readonly tags?: readonly string[];
  /** In quotes or without. */
  readonly etag?: string;
  readonly lastModified?: Date;
}

/** What the site may ask of the function that runs it. */
export interface SiteContext {
  /** `page`: may be stored, so the function waits for the whole body. `live`: never stored, may be streamed. */
  readonly kind: 'page' | 'live';
  /** The viewer's address for live routes, a constant for pages. */
  readonly clientAddress: string;
  /** Called before the response is returned; `false`: do not store this response. */
  readonly onCacheHint?: (hint: CacheHint | false) => void;
  /** Called before the response is returned, with what the site asked to know of the viewer. */
  readonly onViewerReads?: (reads: SiteReads) => void;
  /** Invalidates paths and tags (`Astro.cache.invalidate`); resolves when the ledger has it. */
  readonly revalidate?: (request: RevalidationRequest) => Promise<void>;
  /** Where the framework keeps sessions; absent for pages, which have none. */
  readonly sessions?: SessionStore;
  /** Work to be finished before the function is frozen. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** Names as in `ViewerReads`. */
export interface SiteReads {
  /** As it may stand in `isr.exclude`. */
  readonly route: string;
  readonly page: readonly string[];
  /** What code reads that runs for every page. */
  readonly middleware: readonly string[];
}

/** Sessions by their id, which nobody can guess. */
export interface SessionStore {
  read(id: string): Promise<string | undefined>;
  write(id: string, data: string): Promise<void>;
  /** Removing what is not there is no error. */
  remove(id: string): Promise<void>;
}

export interface RevalidationRequest {
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
}

/** The one export of a build's `server/index.mjs`. */
export type SiteFetch = (request: Request, context: SiteContext) => Promise<Response>;
