import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { reasonOf } from '../../basics/errors.ts';
import type { StackClock } from '../clock.ts';
import type { LocalEventListener } from '../events.ts';
import { wakeAfter } from '../propagation.ts';
import type { DistributionResources } from './configuration/distribution-resources.ts';
import { type Configuration, readConfiguration } from './configuration/read-configuration.ts';
import { type Draw, drawFrom } from './draw.ts';
import { createEdgeLocations, type EdgeLocation, locationFor } from './edge-locations.ts';
import { compileInvalidation, type InvalidationTest } from './invalidation/items.ts';
import { type Invalidation, InvalidationLog, type RecordedInvalidation } from './invalidation/log.ts';
import { drawArrivalMs, drawPropagation, type Spreading, spread } from './invalidation/propagation.ts';
import { checkQuotas } from './invalidation/quotas.ts';
import { type Fields, fieldOf } from './message/fields.ts';
import type { CanRead } from './origin/s3-origin.ts';
import { writeResponse } from './viewer/write-response.ts';

export interface DistributionOptions extends DistributionResources {
  readonly id: string;
  readonly domainName: string;
  /** What the bucket policy lets the distribution read; without it, everything. The key is decoded. */
  readonly canRead?: CanRead;
  readonly clock: StackClock;
  readonly onEvent?: LocalEventListener;
  /** Names of the response headers that the events of requests carry. @default none */
  readonly watchedHeaders?: readonly string[];
  /**
   * One edge location, and invalidations and changes that take effect at once.
   *
   * @default false: two edge locations, which an invalidation or a change reaches after seconds, as on AWS
   */
  readonly calm?: boolean;
  /** Decides how long each invalidation takes, and who is answered by which edge location. @default 1 */
  readonly seed?: number;
}

/** One object of the cache, for the inspector. */
export interface CachedObjectSummary {
  /** The edge location that has it. */
  readonly location: string;
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

const LOCATIONS = 2;

/** A CloudFront distribution, with its edge locations in this process. */
export class LocalDistribution {
  readonly id: string;
  readonly #options: DistributionOptions;
  /** The newest, which may not be everywhere yet. */
  #configuration: Configuration;
  #changes = 0;
  #overtaken = 0;
  readonly #locations: readonly [EdgeLocation, ...EdgeLocation[]];
  readonly #draw: Draw;
  readonly #invalidations = new InvalidationLog();
  /** How to give up those that are in progress. */
  readonly #inProgress = new Map<RecordedInvalidation, () => void>();
  /** How to give up changes that have not arrived everywhere. */
  readonly #arriving = new Map<() => void, () => void>();
  #config: DistributionResources['config'];

  /** Throws one error that names everything in the configuration which is not emulated or which AWS would refuse. */
  constructor(options: DistributionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#config = options.config;
    this.#draw = drawFrom(options.seed ?? 1);
    const log = this.#log;
    this.#configuration = readConfiguration(options.id, options, log);
    const { id: distributionId, domainName, clock, canRead } = options;
    const keepsOvertaken = (): boolean => !options.calm && this.#draw('overtaken', this.#overtaken++) < 0.5;
    const parts = { distributionId, domainName, clock, canRead, log, keepsOvertaken };
    this.#locations = createEdgeLocations(options.calm ? 1 : LOCATIONS, this.#configuration, parts);
  }

  readonly listener: RequestListener = (nodeRequest, nodeResponse) => {
    this.#handle(nodeRequest, nodeResponse).catch((error: unknown) => {
      this.#log('edge', error instanceof Error ? (error.stack ?? error.message) : reasonOf(error));
      nodeResponse.destroy();
    });
  };

  /** Throws an InvalidationError for what CreateInvalidation refuses. */
  invalidate(items: readonly string[], callerReference: string): Invalidation {
    const covers = compileInvalidation(items, this.#configuration.cacheTagHeader !== undefined);
    const repeated = this.#invalidations.repeated(items, callerReference);
    if (repeated !== undefined) return repeated;
    checkQuotas(items, this.#inProgress.keys());
    const { clock, calm } = this.#options;
    const ordinal = this.#invalidations.count;
    const invalidation = this.#invalidations.record({ items, callerReference, createdAt: clock.now() });
    const spreading = this.#spreadingOf(invalidation, covers);
    if (calm) {
      spreading.takeEffect(0);
      spreading.complete();
    } else {
      const propagation = drawPropagation(this.#draw, ordinal, this.#locations.length);
      this.#inProgress.set(invalidation, spread(propagation, spreading, clock));
    }
    return invalidation;
  }

  /**
   * Takes the functions as they are now, and a new configuration if there is one. Each edge location gets them at a time
   * of its own. Throws as the constructor does.
   */
  update(config = this.#config): void {
    const { calm, clock, id } = this.#options;
    const configuration = readConfiguration(id, { ...this.#options, config }, this.#log);
    this.#config = config;
    this.#configuration = configuration;
    const ordinal = this.#changes++;
    for (const location of this.#locations) {
      const arrive = (): void => {
        location.configure(configuration, ordinal);
        this.#arriving.delete(arrive);
      };
      if (calm) arrive();
      else {
        const milliseconds = drawArrivalMs(this.#draw, ordinal, location.name);
        this.#arriving.set(arrive, wakeAfter(clock, milliseconds, 'a change of the edge', arrive));
      }
    }
  }

  /** The newest. */
  get config(): DistributionResources['config'] {
    return this.#config;
  }

  get invalidations(): readonly Invalidation[] {
    return this.#invalidations.all();
  }

  *cachedObjects(): Iterable<CachedObjectSummary> {
    for (const { name: location, edge } of this.#locations) {
      for (const { path: uri, method, status, body, tags, freshness, hits } of edge.cache.objects()) {
        const { state, ageSeconds, lifetime } = freshness;
        const { ttlSeconds } = lifetime;
        yield { location, uri, method, status, bytes: body.length, tags, state, ageSeconds, ttlSeconds, hits };
      }
    }
  }

  /** Resolves once no background revalidation is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#locations.map(({ edge }) => edge.settled()));
  }

  async stop(): Promise<void> {
    for (const giveUp of [...this.#inProgress.values(), ...this.#arriving.values()]) giveUp();
    for (const { edge } of this.#locations) edge.stop();
    await this.settled();
  }

  readonly #log = (functionName: string, line: string): void => {
    this.#options.onEvent?.({ kind: 'log', at: this.#options.clock.now(), functionName, line });
  };

  #spreadingOf(invalidation: RecordedInvalidation, covers: InvalidationTest): Spreading {
    const { clock, onEvent } = this.#options;
    return {
      takeEffect: (index) => {
        const { name: location, edge } = this.#locations[index] ?? this.#locations[0];
        const removed = edge.invalidate(covers);
        invalidation.removed += removed;
        onEvent?.({ kind: 'invalidation', at: clock.now(), items: invalidation.items, removed, location });
      },
      complete: () => {
        invalidation.status = 'Completed';
        this.#inProgress.delete(invalidation);
      },
    };
  }

  #watched(headers: Readonly<Fields>): Record<string, string> {
    const names = (this.#options.watchedHeaders ?? []).map((name) => name.toLowerCase());
    const values = names.map((name) => [name, fieldOf(headers, name)] as const);
    return Object.fromEntries(values.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  async #handle(nodeRequest: IncomingMessage, nodeResponse: ServerResponse): Promise<void> {
    const start = this.#options.clock.now();
    const { name: location, viewerSide } = locationFor(nodeRequest, this.#locations, this.#draw);
    const response = await viewerSide.respond(nodeRequest);
    await writeResponse(nodeRequest, nodeResponse, response);
    this.#options.onEvent?.({
      kind: 'request',
      at: this.#options.clock.now(),
      method: nodeRequest.method ?? 'GET',
      path: nodeRequest.url ?? '/',
      status: response.status,
      location,
      edge: fieldOf(response.headers, 'x-cache') ?? '',
      headers: this.#watched(response.originHeaders),
      milliseconds: this.#options.clock.now() - start,
    });
  }
}
