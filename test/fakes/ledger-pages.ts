import { shardOf } from '../../lib/core/ledger/ledger-shard.ts';
import { SHARDS } from '../../lib/core/ledger/ledger-summary.ts';
import type { StoredPage } from '../../lib/core/page/page.ts';
import type { LedgerStore } from '../../lib/core/ports.ts';
import { isInvalidated } from '../../lib/core/read-freshness.ts';
import { keyOf } from './world.ts';

export interface RenderedPage {
  readonly page: StoredPage;
}

/** A page whose render begins now, as far as the ledger is concerned. */
export async function renderedPage(
  store: LedgerStore,
  path: string,
  ...tags: readonly string[]
): Promise<RenderedPage> {
  const { id, sequence } = await store.begin();
  const page: StoredPage = {
    pageKey: keyOf(path),
    status: 200,
    headers: {},
    renderedAt: 0,
    expiration: false,
    tags,
    ledgerSequence: sequence,
    ...(id === undefined ? {} : { ledgerId: id }),
    bodyHash: '',
    body: Buffer.from(''),
    etag: '',
    isPrerendered: false,
  };
  return { page };
}

export const isInvalid = (store: LedgerStore, { page }: RenderedPage): Promise<boolean> => isInvalidated(page, store);

/** Another tag whose entry is in the same shard: most mistakes show only there. */
export function neighbourOf(tag: string): string {
  for (let i = 0; ; i++) {
    const other = `neighbour-${i}`;
    if (shardOf(`tag:${other}`, SHARDS) === shardOf(`tag:${tag}`, SHARDS)) return other;
  }
}
