import { IsrError } from '../core/errors.ts';
import { appendToLedger, EMPTY_LEDGER, type Ledger } from '../core/ledger.ts';
import type { LedgerStore } from '../core/ports.ts';
import type { Objects } from './objects.ts';

const KEY = '_isr/ledger.json';
const MAX_ATTEMPTS = 50;

/** Keeps the ledger in memory and asks S3 only whether it changed. One object, written by compare-and-swap. */
export function createS3LedgerStore(objects: Objects): LedgerStore {
  let known: { readonly ledger: Ledger; readonly etag: string } | undefined;

  async function refresh(): Promise<Ledger> {
    const object = await objects.getUnless(KEY, known?.etag);
    if (object === undefined) known = undefined;
    else if (object !== 'unchanged') {
      known = { ledger: JSON.parse(object.body.toString('utf8')) as Ledger, etag: object.etag };
    }
    return known?.ledger ?? EMPTY_LEDGER;
  }

  return {
    read: refresh,
    async append(names) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const ledger = appendToLedger(await refresh(), names);
        const condition = known === undefined ? { absent: true as const } : { etag: known.etag };
        const headers = { 'content-type': 'application/json' };
        const etag = await objects.put(KEY, JSON.stringify(ledger), { headers, condition });
        if (etag === 'conflict') continue;
        known = { ledger, etag };
        return ledger.sequence;
      }
      throw new IsrError(
        'LEDGER_UNAVAILABLE',
        `could not write '${KEY}': it was replaced ${MAX_ATTEMPTS} times meanwhile; try again`,
      );
    },
  };
}
