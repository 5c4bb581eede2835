import { randomUUID } from 'node:crypto';
import { addToShard, EMPTY_SHARD, type LedgerShard } from '../../lib/core/ledger/ledger-shard.ts';
import {
  appendToSummary,
  EMPTY_SUMMARY,
  isLost,
  namesByShard,
  newSummary,
  nextSequence,
} from '../../lib/core/ledger/ledger-summary.ts';
import { factsOf, type StoredPage } from '../../lib/core/page/page.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import { type Clock, type LeaseStore, type LedgerStore, OPEN_LEASE_MS, type PageStore } from '../../lib/core/ports.ts';

/** A turn of the event loop, so that concurrent callers interleave as they do over a network. */
const network = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

export interface MemoryPageStore extends PageStore {
  readonly pages: Map<PageKey, StoredPage>;
}

export function createMemoryPageStore(): MemoryPageStore {
  const pages = new Map<PageKey, StoredPage>();
  return {
    pages,
    async read(pageKey) {
      await network();
      return pages.get(pageKey);
    },
    async write(page, condition) {
      await network();
      const { pageKey, body } = page;
      const current = pages.get(pageKey)?.etag;
      if (current !== ('absent' in condition ? undefined : condition.etag)) return 'conflict';
      const etag = `"${randomUUID()}"`;
      pages.set(pageKey, { ...structuredClone(factsOf(page)), pageKey, body, etag, isPrerendered: false });
      return etag;
    },
    async remove({ pageKey, etag }) {
      await network();
      const current = pages.get(pageKey)?.etag;
      if (current !== undefined && current !== etag) return 'conflict';
      pages.delete(pageKey);
      return 'removed';
    },
  };
}

export function createMemoryLedgerStore(clock: Pick<Clock, 'now'>): LedgerStore {
  const shards = new Map<number, LedgerShard>();
  let summary = EMPTY_SUMMARY;
  return {
    async read() {
      await network();
      return summary;
    },
    async readShards(numbers) {
      await network();
      return new Map(numbers.map((shard) => [shard, shards.get(shard) ?? EMPTY_SHARD]));
    },
    async append(names) {
      await network();
      const { sequence, floor } = summary;
      const next = nextSequence(summary, clock.now());
      for (const [shard, own] of namesByShard(names))
        shards.set(shard, addToShard(shards.get(shard) ?? EMPTY_SHARD, own, next, floor));
      summary = appendToSummary(sequence === 0 ? newSummary(randomUUID(), clock.now()) : summary, names, clock.now());
      return summary.sequence;
    },
    async begin() {
      await network();
      if (summary.sequence === 0) summary = newSummary(randomUUID(), clock.now());
      return summary;
    },
    async recover(known) {
      await network();
      if (isLost(summary, known)) summary = newSummary(randomUUID(), clock.now());
      return summary;
    },
  };
}

export function createMemoryLeaseStore(clock: Clock, durationMs = 15_000): LeaseStore {
  const held = new Map<string, { readonly endsAt: number; readonly isOpen: boolean }>();
  return {
    async acquire(pageKey, hedge) {
      const key = `${hedge}${pageKey}`;
      await network();
      const other = held.get(key);
      if (other !== undefined && other.endsAt > clock.now())
        return other.isOpen ? { release: network, open: network } : undefined;
      const own = { endsAt: clock.now() + durationMs, isOpen: false };
      held.set(key, own);
      return {
        async release() {
          await network();
          if (held.get(key) === own) held.delete(key);
        },
        async open() {
          await network();
          if (held.get(key) === own) held.set(key, { endsAt: clock.now() + OPEN_LEASE_MS, isOpen: true });
        },
      };
    },
  };
}
