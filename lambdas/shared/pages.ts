import { ANNOUNCEMENT_SECONDS, createAnnouncedPurges } from '../../lib/aws/announced-purges.ts';
import { createS3LeaseStore } from '../../lib/aws/lease-store.ts';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import { createS3PageStore } from '../../lib/aws/page-store.ts';
import { sendAnnouncement } from '../../lib/aws/purge-queue.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import type { PrerenderedPages } from '../../lib/aws/stored-page.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import type { PrerenderedFacts } from '../../lib/core/page/page.ts';
import type { AnnouncedPurges, LedgerStore, PageStore } from '../../lib/core/ports.ts';
import type { RenderOncePorts } from '../../lib/core/render-once.ts';
import type { RenderLimit, RenderOptions } from '../../lib/core/render-page.ts';
import type { PagesValues } from '../../lib/handover/variables.ts';
import { createLogOnce } from './log-once.ts';
import { createRenderer, type RendererOptions } from './renderer.ts';
import type { SiteSandbox } from './sandbox.ts';

/** What each act on pages has to know of the site. */
export interface PagesOptions extends RenderOptions {
  readonly deploymentId: string;
}

export interface Pages {
  readonly bucket: Bucket;
  /** `queueUrl`: of the purges. */
  announcedPurges(queueUrl: string): AnnouncedPurges;
  readonly ledger: LedgerStore;
  readonly pagesOf: (deploymentId: string) => PageStore;
  readonly options: PagesOptions;
  /** `siteUrl`: the canonical origin to render for. */
  portsFor(siteUrl: RendererOptions['siteUrl'], revalidate: RendererOptions['revalidate']): RenderOncePorts;
}

/** `jobTimeoutMs`: for who renders while a viewer waits. */
type PagesConfig = PagesValues & { readonly jobTimeoutMs?: number };

// A lease outlasts the longest render by the time that reading and writing a page may take.
const LEASE_MARGIN_MS = 5000;

/** What all functions that render have in common. One per sandbox, because it remembers the ledger between requests. */
export function openPages(config: PagesConfig, sandbox: SiteSandbox): Pages {
  const { deploymentId, renderTimeoutMs, jobTimeoutMs = 0, trailingSlash } = config;
  const jobsMayTakeLonger = jobTimeoutMs > renderTimeoutMs;
  const { aws, clock, log } = sandbox;
  const bucket = openS3Bucket(config.bucket, aws);
  const ledger = createS3LedgerStore(bucket, clock, log);
  const prerendered = prerenderedPages(sandbox);
  const pagesOf = (id: string): PageStore => createS3PageStore(bucket, { deploymentId: id, prerendered });
  const stores = {
    ledger,
    log,
    logOnce: createLogOnce(log),
    clock,
    pages: pagesOf(deploymentId),
    leases: createS3LeaseStore(bucket, { deploymentId, clock, durationMs: renderTimeoutMs + LEASE_MARGIN_MS }),
  };
  const rendererFor = createRenderer(sandbox);
  return {
    bucket,
    announcedPurges: (queueUrl) =>
      createAnnouncedPurges(bucket, (name) => sendAnnouncement(aws, queueUrl, name, ANNOUNCEMENT_SECONDS)),
    ledger,
    pagesOf,
    options: { deploymentId, defaultExpiration: config.expiration, jobsMayTakeLonger },
    portsFor: (siteUrl, revalidate) => ({
      ...stores,
      renderer: rendererFor({ siteUrl, trailingSlash, limit: limitOf(config), revalidate }),
    }),
  };
}

/** Says which of the two props is in force. The construct gives a viewer's render two seconds less than `originTimeout`. */
function limitOf({ renderTimeoutMs: milliseconds, jobTimeoutMs }: PagesConfig): RenderLimit {
  if (jobTimeoutMs === undefined || jobTimeoutMs <= milliseconds) {
    const viewers = jobTimeoutMs === undefined ? '' : ", for viewers together with 'originTimeout'";
    return { milliseconds, advice: `look at what the page waits for, or raise 'renderTimeout'${viewers}` };
  }
  return {
    milliseconds,
    advice:
      `which is what 'originTimeout' (${milliseconds + 2000} ms) leaves while a viewer waits; it is rendered in the ` +
      `background, where 'renderTimeout' allows ${jobTimeoutMs} ms. Raise 'originTimeout' if viewers shall wait longer`,
  };
}

/** What the build says of its pages. It lies beside the bundle too, so that it costs no call. */
function prerenderedPages({ assetJson }: SiteSandbox): PrerenderedPages {
  const pages = assetJson<Readonly<Record<string, PrerenderedFacts>>>('prerendered.json', {});
  return (pageKey) => pages()[pageKey];
}
