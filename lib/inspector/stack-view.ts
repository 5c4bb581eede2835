import type { AwsClient } from '../aws/client.ts';
import { createS3LedgerStore } from '../aws/ledger-store.ts';
import { openS3Bucket } from '../aws/s3-bucket.ts';
import { type PrerenderedPages, readPrerenderedPages, readStoredPage } from '../aws/stored-page.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import type { LedgerSummary } from '../core/ledger/ledger-summary.ts';
import { type PageKey, urlPathOfPageKey } from '../core/page/page-key.ts';
import type { LedgerStore } from '../core/ports.ts';
import { readFreshness } from '../core/read-freshness.ts';
import type { LocalStack } from '../local/stack/index.ts';
import { keysBelow } from '../local/stack/object-upload.ts';

/** A page of the bucket, as the inspector shows it. */
export interface PageView {
  readonly deployment: string;
  readonly path: string;
  readonly state: 'prerendered' | 'fresh' | 'expired' | 'invalidated';
  readonly status: number;
  /** Epoch milliseconds. */
  readonly renderedAt: number;
  /** Epoch milliseconds; null: it never expires by itself. */
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  readonly bytes: number;
}

export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly inFlight: number;
}

/** Looks into a running stack from outside. It reads the bucket with HEAD and listings, which no function does. */
export class StackView {
  readonly #stack: LocalStack;
  readonly #objects: Bucket;
  readonly #ledger: LedgerStore;
  readonly #prerenderedOf = new Map<string, Promise<PrerenderedPages>>();

  constructor(stack: LocalStack) {
    this.#stack = stack;
    this.#objects = openS3Bucket(stack.bucketName, unsignedClient(stack.endpoints.AWS_ENDPOINT_URL_S3 ?? ''));
    this.#ledger = createS3LedgerStore(this.#objects, {
      now: () => stack.clock.now(),
      sleep: (milliseconds) => stack.clock.sleep(milliseconds, 'inspector'),
    });
  }

  async read() {
    const stack = this.#stack;
    const [pages, queues] = await Promise.all([this.#pages(), this.#queues()]);
    return {
      stackName: stack.stackName,
      siteUrl: stack.siteUrl,
      now: stack.clock.now(),
      offsetMilliseconds: stack.clock.offset,
      outputs: stack.outputs,
      pages,
      queues,
      edge: [...stack.distribution.cachedObjects()],
      functions: stack.functions.map(({ constructPath, name, coldStarts, running }) => ({
        id: constructPath.replace(/^.*\/|^SiteFunctions/, ''),
        name,
        coldStarts,
        running,
      })),
    };
  }

  async #pages(): Promise<readonly PageView[]> {
    const [keys, ledger] = await Promise.all([
      keysBelow({ bucketUrl: this.#url(''), prefix: 'deployments/' }),
      this.#ledger.read(),
    ]);
    const pages = await Promise.all(keys.map((key) => this.#page(key, ledger)));
    return pages.filter((page) => page !== undefined);
  }

  async #page(objectKey: string, ledger: LedgerSummary): Promise<PageView | undefined> {
    const [, deployment = '', key = '/'] = /^deployments\/([^/]+)(\/.*)$/s.exec(objectKey) ?? [];
    const response = await fetch(this.#url(`/${objectKey.split('/').map(encodeURIComponent).join('/')}`), {
      method: 'HEAD',
    });
    // It was removed since the listing.
    if (!response.ok) return undefined;
    const headers = Object.fromEntries(response.headers);
    const object = { headers, body: Buffer.alloc(0), etag: headers.etag ?? '' };
    const source = { bucket: this.#objects, prerendered: await this.#prerendered(deployment) };
    const pageKey = key as PageKey;
    const page = await readStoredPage(pageKey, object, source);
    const { kind } = await readFreshness(pageKey, page, ledger, { ledger: this.#ledger, clock: this.#stack.clock });
    const { status, renderedAt, expiration, tags } = page;
    return {
      deployment,
      path: urlPathOfPageKey(pageKey),
      state: page.prerendered ? 'prerendered' : kind === 'missing' ? 'fresh' : kind,
      status,
      renderedAt,
      expiresAt: expiration === false ? null : renderedAt + expiration * 1000,
      tags,
      bytes: Number(headers['content-length'] ?? 0),
    };
  }

  /** A deployment never changes, so it is asked for once. */
  #prerendered(deployment: string): Promise<PrerenderedPages> {
    const known = this.#prerenderedOf.get(deployment);
    if (known !== undefined) return known;
    const reading = readPrerenderedPages(this.#objects, deployment);
    this.#prerenderedOf.set(deployment, reading);
    reading.catch(() => this.#prerenderedOf.delete(deployment));
    return reading;
  }

  async #queues(): Promise<readonly QueueView[]> {
    const response = await fetch(`${this.#stack.endpoints.AWS_ENDPOINT_URL_SQS}/_fauxqs/queues`);
    const queues = (await response.json()) as readonly {
      readonly name: string;
      readonly approximateMessageCount: number;
      readonly approximateInflightCount: number;
    }[];
    return queues.map(({ name, approximateMessageCount, approximateInflightCount }) => ({
      name,
      waiting: approximateMessageCount,
      inFlight: approximateInflightCount,
    }));
  }

  #url(path: string): string {
    return `${this.#stack.endpoints.AWS_ENDPOINT_URL_S3}/${this.#stack.bucketName}${path}`;
  }
}

/** The local S3 takes calls without a signature. */
function unsignedClient(endpoint: string): AwsClient {
  return async ({ bucket, path, method, headers = {}, body }) => {
    const init = { method, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) };
    const response = await fetch(`${endpoint}/${bucket}${path}`, init);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    };
  };
}
