import type { AwsClient } from '../../lib/aws/client.ts';
import { createS3LeaseStore } from '../../lib/aws/lease-store.ts';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { type Objects, objectsOf } from '../../lib/aws/objects.ts';
import { createS3PageStore } from '../../lib/aws/page-store.ts';
import { expiration, oneOf, positiveInteger, type Readers, text } from '../../lib/basics/environment.ts';
import type { LedgerStore } from '../../lib/core/ports.ts';
import type { RenderOncePorts } from '../../lib/core/render-once.ts';
import type { TrailingSlash } from '../../lib/core/site.ts';
import { log, systemClock } from './aws.ts';
import { prerenderedPages } from './prerendered.ts';
import { createSite } from './site.ts';

export interface PagesConfig {
  readonly bucket: string;
  readonly deploymentId: string;
  readonly trailingSlash: TrailingSlash;
  readonly expiration: number | false;
  readonly renderTimeoutMs: number;
}

export interface Pages {
  readonly objects: Objects;
  readonly ledger: LedgerStore;
  /** `siteUrl`: the canonical origin to render for. */
  portsFor(siteUrl: string, revalidate: Parameters<typeof createSite>[0]['revalidate']): RenderOncePorts;
}

/** The environment of every function that renders. */
export const PAGES_VARIABLES: Readers<PagesConfig> = {
  bucket: ['ISR_BUCKET', text],
  deploymentId: ['ISR_DEPLOYMENT_ID', text],
  trailingSlash: ['ISR_TRAILING_SLASH', oneOf('always', 'never', 'ignore')],
  expiration: ['ISR_EXPIRATION', expiration],
  renderTimeoutMs: ['ISR_RENDER_TIMEOUT_MS', positiveInteger],
};

// A lease outlives the longest render by as much as reading and writing a page may take.
const LEASE_MARGIN_MS = 5000;

/** What every function that renders has in common. One per sandbox: the ledger is remembered between requests. */
export function openPages(config: PagesConfig, aws: AwsClient): Pages {
  const { deploymentId, renderTimeoutMs, trailingSlash } = config;
  const objects = objectsOf(config.bucket, aws);
  const ledger = createS3LedgerStore(objects, systemClock);
  const stores = {
    ledger,
    log,
    clock: systemClock,
    defaultExpiration: config.expiration,
    pages: createS3PageStore(objects, { deploymentId, prerendered: prerenderedPages }),
    leases: createS3LeaseStore(objects, {
      deploymentId,
      clock: systemClock,
      durationMs: renderTimeoutMs + LEASE_MARGIN_MS,
    }),
  };
  return {
    objects,
    ledger,
    portsFor: (siteUrl, revalidate) => ({
      ...stores,
      site: createSite({ siteUrl, trailingSlash, renderTimeoutMs, revalidate }),
    }),
  };
}
