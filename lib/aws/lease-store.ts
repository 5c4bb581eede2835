import { randomUUID } from 'node:crypto';
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

/** A lease is an object that only one writer can create. Its body is unique, so its entity tag is too. */
export function createS3LeaseStore(bucket: Bucket, options: LeaseStoreOptions): LeaseStore {
  async function take(name: string, condition: { absent: true } | { etag: string }): Promise<Lease | undefined> {
    const body = JSON.stringify({ holder: randomUUID(), endsAt: options.clock.now() + options.durationMs });
    const etag = await bucket.put(name, body, { headers: JSON_HEADERS, condition });
    if (etag === 'conflict') return undefined;
    return {
      async release() {
        await bucket.remove(name, etag);
      },
      async open() {
        const open: LeaseObject = { isOpen: true, endsAt: options.clock.now() + OPEN_LEASE_MS };
        await bucket.put(name, JSON.stringify(open), { headers: JSON_HEADERS, condition: { etag } });
      },
    };
  }

  return {
    async acquire(pageKey, hedge) {
      const name = `_isr/leases/${options.deploymentId}${hedge === 0 ? '' : `-${hedge}`}${pageKey}`;
      const lease = await take(name, { absent: true });
      if (lease !== undefined) return lease;
      const held = await bucket.get(name);
      if (held === undefined) return undefined;
      const { endsAt, isOpen } = JSON.parse(held.body.toString('utf8')) as LeaseObject;
      if (endsAt <= options.clock.now()) return take(name, { etag: held.etag });
      return isOpen ? ONE_OF_MANY : undefined;
    },
  };
}
