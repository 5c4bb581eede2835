import { type PageKey, pageKeyOf } from '../../lib/core/page/page-key.ts';
import type { LedgerStore, Purger } from '../../lib/core/ports.ts';
import type { RevalidateOptions, RevalidatePorts } from '../../lib/core/revalidate.ts';
import type { ServePorts } from '../../lib/core/serve-page.ts';
import { FakeSite } from './fake-site.ts';
import {
  createMemoryLeaseStore,
  createMemoryLedgerStore,
  createMemoryPageStore,
  type MemoryPageStore,
} from './memory-stores.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface World extends ServePorts, RevalidatePorts {
  readonly options: RevalidateOptions;
  readonly clock: VirtualClock;
  /** The renderer, as tests control it. */
  readonly site: FakeSite;
  readonly pages: MemoryPageStore;
  readonly ledger: LedgerStore;
  readonly requestedJobs: { readonly pageKey: PageKey; readonly version: string }[];
  readonly purged: string[][];
  readonly logLines: string[];
  readonly purger: Purger;
  /** By name: what was announced and is not settled. */
  readonly unsettled: Map<string, readonly string[]>;
}

/** All ports in memory, with a clock that tests move. */
export function createWorld(options: { readonly expiration?: number | false; readonly leaseMs?: number } = {}): World {
  const clock = new VirtualClock();
  const site = new FakeSite(clock);
  const requestedJobs: World['requestedJobs'] = [];
  const purged: string[][] = [];
  const logLines: string[] = [];
  const unsettled = new Map<string, readonly string[]>();
  return {
    clock,
    unsettled,
    announced: {
      async announce(items) {
        const name = `announced-${unsettled.size}`;
        unsettled.set(name, items);
        return name;
      },
      itemsOf: async (name) => unsettled.get(name) ?? [],
      settle: async (name) => void unsettled.delete(name),
    },
    requestedJobs,
    purged,
    logLines,
    site,
    renderer: site,
    pages: createMemoryPageStore(),
    ledger: createMemoryLedgerStore(clock),
    leases: createMemoryLeaseStore(clock, options.leaseMs),
    options: {
      deploymentId: '0123456789abcdef',
      hasQueryVariants: false,
      defaultExpiration: options.expiration ?? 60,
    },
    jobs: {
      async requestRegeneration(pageKey, version) {
        // As the FIFO queue does: one job a version.
        if (!requestedJobs.some((job) => job.pageKey === pageKey && job.version === version))
          requestedJobs.push({ pageKey, version });
      },
    },
    purger: {
      async purge(items) {
        purged.push([...items]);
        return { outcome: 'purged', invalidation: `I${purged.length}` };
      },
    },
    log: (_level, message) => logLines.push(message),
    logOnce: (_level, message) => logLines.push(message),
  };
}

export function keyOf(path: string): PageKey {
  const result = pageKeyOf(path);
  if ('fault' in result) throw new Error(`'${path}' is not the path of a page: ${result.fault}`);
  return result.pageKey;
}

export const textOf = (page: { readonly body: Uint8Array }): string =>
  Buffer.from(page.body).toString('utf8').trimEnd();
