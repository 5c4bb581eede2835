import type { LedgerShard } from './ledger/ledger-shard.ts';
import type { LedgerSummary } from './ledger/ledger-summary.ts';
import type { PageFacts, SiteAnswer, StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** What must be true of the stored object for a write to happen. */
export type WriteCondition = { readonly absent: true } | { readonly etag: string };

export interface PageStore {
  read(key: PageKey): Promise<StoredPage | undefined>;
  /** The new entity tag, or `'conflict'` when the condition did not hold; nothing was written then. */
  write(key: PageKey, page: PageFacts, body: Uint8Array, condition: WriteCondition): Promise<string | 'conflict'>;
  /** `'conflict'` when another page stands there by now. A missing page is removed already. */
  remove(key: PageKey, etag: string): Promise<'removed' | 'conflict'>;
}

export interface LedgerStore {
  read(): Promise<LedgerSummary>;
  /** These shards as they were when `summary` was read, or newer. */
  readShards(shards: readonly number[], summary: LedgerSummary): Promise<ReadonlyMap<number, LedgerShard>>;
  /**
   * Puts every page that a name covers out of date, if its render read the ledger before this call. Once it resolves,
   * every later `read` shows it. Answers the ledger's new sequence.
   */
  append(names: readonly string[]): Promise<number>;
}

/** The right to render one page. It ends by itself, so that a dead holder cannot block anyone. */
export interface LeaseStore {
  /** `undefined` when somebody else holds it. `rank`: 0 for the leader, higher for those who render beside a slow one. */
  acquire(key: PageKey, rank: number): Promise<Lease | undefined>;
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
  requestRegeneration(key: PageKey, version: string): Promise<void>;
}

export interface Edge {
  /** `items`: `#tag`, `/path` or `/prefix/*`. `queued` when it will be done soon by somebody else. */
  purge(items: readonly string[]): Promise<'purged' | 'queued'>;
}

export interface Site {
  /**
   * Rejects when the site throws, and with RENDER_TIMEOUT when it takes too long. `draftToken`: of a viewer in draft
   * mode, whom the site may show what is not published; such an answer must not be stored.
   */
  render(key: PageKey, draftToken?: string): Promise<SiteAnswer>;
}

/** One line each, as JSON. Never given a token. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Readonly<Record<string, unknown>>,
) => void;
