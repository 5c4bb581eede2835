import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { reasonOf } from '../../basics/errors.ts';
import type { StackClock } from '../clock.ts';
import type { LocalEventListener } from '../events.ts';
import { Edge } from './cache/edge.ts';
import type { DistributionResources } from './configuration/distribution-resources.ts';
import { type Configuration, readConfiguration } from './configuration/read-configuration.ts';
import { compileInvalidation } from './invalidation/items.ts';
import { type Invalidation, InvalidationLog } from './invalidation/log.ts';
import { type Fields, fieldOf } from './message/fields.ts';
import type { CanRead } from './origin/s3-origin.ts';
import { ViewerSide } from './viewer/answer-viewer.ts';
import { writeAnswer } from './viewer/write-answer.ts';

export interface DistributionOptions extends DistributionResources {
  readonly id: string;
  readonly domainName: string;
  /** What the bucket policy lets the distribution read; without it, everything. The key is decoded. */
  readonly canRead?: CanRead;
  readonly clock: StackClock;
  readonly onEvent?: LocalEventListener;
  /** Names of the response headers that the events of requests carry. @default none */
  readonly watchedHeaders?: readonly string[];
}

/** One object of the cache, for the inspector. */
export interface CachedObjectSummary {
  /** With the part of the query that is in the cache key. */
  readonly uri: string;
  readonly method: string;
  readonly status: number;
  readonly bytes: number;
  readonly tags: readonly string[];
  readonly state: 'fresh' | 'stale' | 'expired';
  readonly ageSeconds: number;
  readonly ttlSeconds: number;
  readonly hits: number;
}

/** A CloudFront distribution with one edge location, which is this process. */
export class LocalDistribution {
  readonly id: string;
  readonly #options: DistributionOptions;
  readonly #configuration: Configuration;
  readonly #edge: Edge;
  readonly #viewerSide: ViewerSide;
  readonly #invalidations = new InvalidationLog();

  /** Throws one error that names everything in the configuration which is not emulated or which AWS would refuse. */
  constructor(options: DistributionOptions) {
    this.id = options.id;
    this.#options = options;
    const configuration = readConfiguration(options.id, options, this.#log);
    this.#configuration = configuration;
    const { id: distributionId, domainName, clock, canRead } = options;
    this.#edge = new Edge({ configuration, domainName, clock, canRead });
    const edge = this.#edge;
    this.#viewerSide = new ViewerSide({ distributionId, domainName, configuration, edge, clock, log: this.#log });
  }

  readonly listener: RequestListener = (message, reply) => {
    this.#handle(message, reply).catch((error: unknown) => {
      this.#log('edge', error instanceof Error ? (error.stack ?? error.message) : reasonOf(error));
      reply.destroy();
    });
  };

  /** Throws an InvalidationError for what CreateInvalidation refuses. */
  invalidate(items: readonly string[], callerReference: string): Invalidation {
    const covers = compileInvalidation(items, this.#configuration.cacheTagHeader !== undefined);
    const repeated = this.#invalidations.repeated(items, callerReference);
    if (repeated !== undefined) return repeated;
    const removed = this.#edge.invalidate(covers);
    const createdAt = this.#options.clock.now();
    this.#options.onEvent?.({ kind: 'invalidation', at: createdAt, items, removed });
    return this.#invalidations.record({ items, callerReference, createdAt, removed });
  }

  get invalidations(): readonly Invalidation[] {
    return this.#invalidations.all();
  }

  *cachedObjects(): Iterable<CachedObjectSummary> {
    for (const { path, method, status, body, tags, freshness, hits } of this.#edge.cache.objects()) {
      const { state, ageSeconds, lifetime } = freshness;
      const { ttlSeconds } = lifetime;
      yield { uri: path, method, status, bytes: body.length, tags, state, ageSeconds, ttlSeconds, hits };
    }
  }

  /** Resolves once no background revalidation is under way. */
  settled(): Promise<void> {
    return this.#edge.settled();
  }

  async stop(): Promise<void> {
    this.#edge.stop();
    await this.#edge.settled();
  }

  readonly #log = (functionName: string, line: string): void => {
    this.#options.onEvent?.({ kind: 'log', at: this.#options.clock.now(), functionName, line });
  };

  #watched(headers: Readonly<Fields>): Record<string, string> {
    const names = (this.#options.watchedHeaders ?? []).map((name) => name.toLowerCase());
    const values = names.map((name) => [name, fieldOf(headers, name)] as const);
    return Object.fromEntries(values.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  async #handle(message: IncomingMessage, reply: ServerResponse): Promise<void> {
    const start = this.#options.clock.now();
    const answer = await this.#viewerSide.answer(message);
    await writeAnswer(message, reply, answer);
    this.#options.onEvent?.({
      kind: 'request',
      at: this.#options.clock.now(),
      method: message.method ?? 'GET',
      path: message.url ?? '/',
      status: answer.status,
      edge: fieldOf(answer.headers, 'x-cache') ?? '',
      headers: this.#watched(answer.originHeaders),
      milliseconds: this.#options.clock.now() - start,
    });
  }
}
