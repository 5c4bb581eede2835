import type { WriteCondition } from './bucket/bucket.ts';
import type { LedgerShard } from './ledger/ledger-shard.ts';
import type { LedgerSummary } from './ledger/ledger-summary.ts';
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
  /** These shards as they were when `summary` was read, or newer. */
  readShards(shards: readonly number[], summary: LedgerSummary): Promise<ReadonlyMap<number, LedgerShard>>;
  /**
   * Puts every page that a name covers out of date, if its render read the ledger before this call. Once it resolves,
   * every later `read` shows it. Resolves with the ledger's new sequence.
   */
  append(names: readonly string[]): Promise<number>;
}

/** The right to render one page. It ends by itself, so that a dead holder cannot block anyone. */
export interface LeaseStore {
  /** `undefined` when somebody else holds it. `hedge`: 0 for the first render, higher for those beside a slow one. */
  acquire(pageKey: PageKey, hedge: number): Promise<Lease | undefined>;
}

export interface Lease {
  release(): Promise<void>;
  /** Instead of a release: for `OPEN_LEASE_MS` everybody who asks gets a lease, since no one can use another's render. */
  open(): Promise<void>;
}

export const OPEN_LEASE_MS = 10_000;

export interface Job {
  readonly pageKey: PageKey;
  readonly deploymentId: string;
  /** Of the page to be replaced, see `versionOf`. */
  readonly version: string;
}

export interface JobQueue {
  /** Any number of requests for one version are one job. */
  requestRegeneration(pageKey: PageKey, version: string): Promise<void>;
}

/** Removes copies from the edge. */
export interface Purger {
  /** `items`: `#tag`, `/path` or `/prefix/*`. `queued`: the purge function makes it within seconds. */
  purge(items: readonly string[]): Promise<'purged' | 'queued'>;
}

/** The call that purges. The CDN takes few of them: the room `purge` decides who makes one, and when. */
export interface Cdn {
  /** `throttled`: it may be tried again as it is. Rejects with PURGE_FAILED when the CDN refuses for another reason. */
  purge(items: readonly string[]): Promise<'purged' | 'throttled'>;
}

/** A purge that waits in the queue. */
export interface WaitingPurge {
  readonly items: readonly string[];
  /** By which the queue knows it. */
  readonly receipt: string;
}

/** The purges that wait. They are put there by a `Purger` whose outcome is `queued`. */
export interface PurgeQueue {
  /** Some of those that wait; none when the queue is empty. Nobody else gets them for a while. */
  receive(): Promise<readonly WaitingPurge[]>;
  remove(purges: readonly WaitingPurge[]): Promise<void>;
  /** They come again after `seconds`. */
  postpone(purges: readonly WaitingPurge[], seconds: number): Promise<void>;
}

export interface Renderer {
  /**
   * Rejects when the site throws, and with RENDER_TIMEOUT when it takes too long. `draftToken`: of a viewer in draft
   * mode, whom the site may show what is not published; such a response must not be stored.
   */
  render(pageKey: PageKey, draftToken?: string): Promise<SiteResponse>;
}

/** One line each, as JSON. Never given a token. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Readonly<Record<string, unknown>>,
) => void;
