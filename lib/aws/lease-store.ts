import { randomUUID } from 'node:crypto';
import { isJsonObject, parseJson } from '../basics/json-object.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import { JSON_HEADERS } from '../core/bucket/json-objects.ts';
import { type Clock, type Lease, type LeaseStore, OPEN_LEASE_MS } from '../core/ports.ts';

export interface LeaseStoreOptions {
  readonly deploymentId: string;
  /** Longer than any render may take: after that its holder is dead. */
  readonly durationMs: number;
  readonly clock: Clock;
}

interface LeaseObject {
  /** Epoch milliseconds. */
  readonly endsAt: number;
  readonly isOpen?: boolean;
}

const ONE_OF_MANY: Lease = { release: async () => {}, open: async () => {} };

/**
 * A lease is an object that only one writer can create. Its body is unique, and so is its entity tag. What is no lease of
 * ours has ended.
 */
export function createS3LeaseStore(bucket: Bucket, options: LeaseStoreOptions): LeaseStore {
  const { clock, deploymentId, durationMs } = options;

  function leaseOf(name: string, etag: string): Lease {
    return {
      async release() {
        await bucket.remove(name, etag);
      },
      async open() {
        const open: LeaseObject = { isOpen: true, endsAt: clock.now() + OPEN_LEASE_MS };
        await bucket.put(name, JSON.stringify(open), { headers: JSON_HEADERS, condition: { etag } });
      },
    };
  }

  return {
    async acquire(pageKey, hedge) {
      const name = `_isr/leases/${deploymentId}${hedge === 0 ? '' : `-${hedge}`}${pageKey}`;
      const body = JSON.stringify({ holder: randomUUID(), endsAt: clock.now() + durationMs });
      const created = await bucket.put(name, body, { headers: JSON_HEADERS, condition: { absent: true } });
      if (created !== 'conflict') return leaseOf(name, created);
      const held = await bucket.get(name);
      if (held === undefined) return undefined;
      // A write whose answer was lost is made again, and then meets itself.
      if (held.body.toString('utf8') === body) return leaseOf(name, held.etag);
      const lease = parseJson(held.body.toString('utf8'));
      if (isLease(lease) && lease.endsAt > clock.now()) return lease.isOpen ? ONE_OF_MANY : undefined;
      const taken = await bucket.put(name, body, { headers: JSON_HEADERS, condition: { etag: held.etag } });
      return taken === 'conflict' ? undefined : leaseOf(name, taken);
    },
  };
}

function isLease(value: unknown): value is LeaseObject {
  return isJsonObject(value) && Number.isFinite(value.endsAt);
}
