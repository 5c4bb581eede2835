import { type AwsClient, createAwsClient } from '../aws/client.ts';
import { createS3LedgerStore } from '../aws/ledger-store.ts';
import { openS3Bucket } from '../aws/s3-bucket.ts';
import { headObject, listObjects } from '../aws/s3-listing.ts';
import { type PrerenderedPages, readPrerenderedPages, readStoredPage } from '../aws/stored-page.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import type { LedgerSummary } from '../core/ledger/ledger-summary.ts';
import { type PageKey, urlPathOfPageKey } from '../core/page/page-key.ts';
import type { LedgerStore } from '../core/ports.ts';
import { readFreshness } from '../core/read-freshness.ts';
import type { LocalStack } from '../local/stack/index.ts';

/** A page of the bucket, as the inspector shows it. */
export interface PageView {
  readonly deployment: string;
  readonly path: string;
  readonly state: 'prerendered' | 'fresh' | 'expired' | 'invalidated';
  readonly status: number;
  /** Epoch milliseconds. */
  readonly renderedAt: number;
  /** Epoch milliseconds. `null`: the page does not expire by itself. */
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  readonly bytes: number;
}

export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly inFlight: number;
}

/** Looks into a running stack from outside. It lists the bucket and sends HEAD requests, which no function does. */
export class StackView {
  readonly #stack: LocalStack;
  readonly #aws: AwsClient;
  readonly #objects: Bucket;
  readonly #ledger: LedgerStore;
  readonly #prerenderedOf = new Map<string, Promise<PrerenderedPages>>();

  constructor(stack: LocalStack) {
    this.#stack = stack;
    this.#aws = localClient(stack.endpoints.AWS_ENDPOINT_URL_S3 ?? '');
    this.#objects = openS3Bucket(stack.bucketName, this.#aws);
    this.#ledger = createS3LedgerStore(this.#objects, {
      now: () => stack.clock.now(),
      sleep: (milliseconds) => stack.clock.sleep(milliseconds, 'inspector'),
    });
  }

  async read() {
    const stack = this.#stack;
    const pages = await this.#pages();
    return {
      stackName: stack.stackName,
      siteUrl: stack.siteUrl,
      now: stack.clock.now(),
      offsetMilliseconds: stack.clock.offset,
      outputs: stack.outputs,
      pages,
      queues: this.#queues(),
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
    const [keys, ledger] = await Promise.all([this.#pageObjects(), this.#ledger.read()]);
    const pages = await Promise.all(keys.map((key) => this.#page(key, ledger)));
    return pages.filter((page) => page !== undefined);
  }

  async #pageObjects(): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const listed of listObjects(this.#aws, this.#stack.bucketName, 'deployments/')) {
      keys.push(...listed.map(({ key }) => key));
    }
    return keys;
  }

  async #page(objectKey: string, ledger: LedgerSummary): Promise<PageView | undefined> {
    const [, deployment = '', path = '/'] = /^deployments\/([^/]+)(\/.*)$/s.exec(objectKey) ?? [];
    const object = await headObject(this.#aws, this.#stack.bucketName, objectKey);
    // It was removed after it was listed.
    if (object === undefined) return undefined;
    const source = { bucket: this.#objects, prerendered: await this.#prerendered(deployment) };
    const pageKey = path as PageKey;
    const page = await readStoredPage(pageKey, object, source);
    const { kind } = await readFreshness({ page, ledger }, { ledger: this.#ledger, clock: this.#stack.clock });
    const { status, renderedAt, expiration, tags } = page;
    return {
      deployment,
      path: urlPathOfPageKey(pageKey),
      state: page.isPrerendered ? 'prerendered' : kind === 'missing' ? 'fresh' : kind,
      status,
      renderedAt,
      expiresAt: expiration === false ? null : renderedAt + expiration * 1000,
      tags,
      bytes: Number(object.headers['content-length'] ?? 0),
    };
  }

  /** Read once, because a deployment never changes. */
  #prerendered(deployment: string): Promise<PrerenderedPages> {
    const known = this.#prerenderedOf.get(deployment);
    if (known !== undefined) return known;
    const reading = readPrerenderedPages(this.#objects, deployment);
    this.#prerenderedOf.set(deployment, reading);
    reading.catch(() => this.#prerenderedOf.delete(deployment));
    return reading;
  }

  #queues(): readonly QueueView[] {
    return this.#stack.queueDepths().map(({ name, waiting, inFlight }) => ({ name, waiting, inFlight }));
  }
}

/** The local S3 accepts any credentials. */
function localClient(s3: string): AwsClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return createAwsClient({ region: 'us-east-1', endpoints: { s3 }, credentials: async () => credentials });
}
