import type { WriteCondition } from './bucket/bucket.ts';
import type { LedgerShard } from './ledger/ledger-shard.ts';
import type { KnownLedger, LedgerSummary } from './ledger/ledger-summary.ts';
import type { RenderedPage, SiteResponse, StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export interface PageStore {
  read(pageKey: PageKey): Promise<StoredPage | undefined>;
  /** The new entity tag, or `'conflict'` when the condition did not hold; nothing was written then. */
  write(page: RenderedPage, condition: WriteCondition): Promise<string | 'conflict'>;
  /** `'conflict'` when another page stands there by now. A missing page is removed already. */
  remove(page: StoredPage): Promise<'removed' | 'conflict'>;
}

export interface LedgerStore {
  read(): Promise<LedgerSummary>;
  /** By number, these shards as they were when `summary` was read, or newer. */
  readShards(shards: readonly number[], summary: LedgerSummary): Promise<ReadonlyMap<number, LedgerShard>>;
  /**
   * Invalidates each page that one of the names covers and whose render read the ledger before this call. Once it has
   * resolved, every `read` shows it. Resolves with the new sequence.
   */
  append(names: readonly string[]): Promise<number>;
  /** Makes sure that there is a ledger. So one that is missing later was lost. */
  begin(): Promise<LedgerSummary>;
  /**
   * For whoever knows a sequence that the ledger does not: it was lost, or an older one was put in its place, and nobody
   * knows what was revalidated since. Then every page is invalidated.
   */
  recover(known: KnownLedger): Promise<LedgerSummary>;
}

/** Leases are the right to render one page. They end by themselves, so that a dead holder blocks nobody. */
export interface LeaseStore {
  /** `undefined` when somebody else holds it. `hedge`: 0 for the first render, 1 and more for those beside a slow one. */
  acquire(pageKey: PageKey, hedge: number): Promise<Lease | undefined>;
}

export interface Lease {
  release(): Promise<void>;
  /**
   * Instead of a release, after a render whose response is for one viewer alone: for `OPEN_LEASE_MS` everybody gets a
   * lease, since nobody could use the page that they would wait for.
   */
  open(): Promise<void>;
}

export const OPEN_LEASE_MS = 10_000;

export interface Job {
  readonly pageKey: PageKey;
  readonly deploymentId: string;
  /** Of the page to be replaced, see `versionOf`; or `NOT_STORED_YET`. */
  readonly version: string;
}

/** The version in a job for a page that is not stored, because its render takes longer than a viewer can wait. */
export const NOT_STORED_YET = 'not-stored-yet';

export interface JobQueue {
  /** Many requests for one version make one job. */
  requestRegeneration(pageKey: PageKey, version: string): Promise<void>;
}

/** Removes copies from the edge. */
export interface Purger {
  /** `items`: `#tag`, `/path` or `/prefix/*`. `name`: of a purge that somebody follows, should it be queued. */
  purge(items: readonly string[], name?: string): Promise<Purged>;
}

/** `queued`: the purge function purges within seconds. */
export type Purged = AcceptedPurge | { readonly outcome: 'queued' };

/** The CDN has accepted the purge, by the id `invalidation`. When it takes effect is the CDN's to decide. */
export interface AcceptedPurge {
  readonly outcome: 'purged';
  readonly invalidation: string;
}

/** For whoever waits for a queued purge: what became of it. */
export interface FollowedPurges {
  noteMade(name: string, invalidation: string): Promise<void>;
  /** The invalidation that was noted, once; `undefined` while the purge is queued. */
  takeInvalidation(name: string): Promise<string | undefined>;
}

/** Purges that are made in any case, should whoever announced them die before they are made. */
export interface AnnouncedPurges {
  /** The purge function makes them in some minutes, unless they are settled by then. Returns their name. */
  announce(items: readonly string[]): Promise<string>;
  /** What was announced under the name and is not settled. */
  itemsOf(name: string): Promise<readonly string[]>;
  settle(name: string): Promise<void>;
}

/** The call that purges. The CDN takes few of them: the room `purge` decides who makes one, and when. */
export interface Cdn {
  /** `throttled`: the same call may succeed later. Rejects with PURGE_FAILED when the CDN refuses for another reason. */
  purge(items: readonly string[]): Promise<AcceptedPurge | { readonly outcome: 'throttled' }>;
  /** Whether the copies have gone from every edge location. Rejects with PURGE_FAILED when the CDN does not say. */
  isComplete(invalidation: string): Promise<boolean>;
}

/** A purge that waits in the queue. */
export interface WaitingPurge {
  readonly items: readonly string[];
  /** The name of announced purges, whose items stand elsewhere. */
  readonly announced?: string;
  /** Names that the ledger has to note before, for a revalidation that was put off. */
  readonly entries?: readonly string[];
  /** Under which somebody follows it. */
  readonly name?: string;
  /** It was put aside after many tries, and comes again by itself. */
  readonly isDead?: boolean;
  /** By which the queue knows it. */
  readonly receipt: string;
}

/** Where a `Purger` leaves what is `queued`. */
export interface PurgeQueue {
  /** Takes some purges; none when the queue is empty. For a while nobody else gets them. */
  receive(): Promise<readonly WaitingPurge[]>;
  remove(purges: readonly WaitingPurge[]): Promise<void>;
  /** They come again after `seconds`. */
  postpone(purges: readonly WaitingPurge[], seconds: number): Promise<void>;
}

export interface Renderer {
  /**
   * Rejects when the site throws, and with RENDER_TIMEOUT when it takes too long.
   *
   * `draftToken`: of a viewer in draft mode. The site may show them what is not published, so the response must not be
   * stored.
   */
  render(pageKey: PageKey, draftToken?: string): Promise<SiteResponse>;
}

/** Writes one line of JSON. It must never be given a token. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Readonly<Record<string, unknown>>,
) => void;
