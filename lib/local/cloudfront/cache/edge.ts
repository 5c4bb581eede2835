import type { InvalidationTest } from '../invalidation/items.ts';
import { isRangeCurrent, readRangeSpecs } from '../message/byte-ranges.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import { discard } from '../message/http-response.ts';
import { OriginConnections } from '../origin/origin-agent.ts';
import { type CacheKey, cacheKeyOf, keyForMethod } from './cache-key.ts';
import { Download } from './download.ts';
import { EdgeCache, type FoundPart } from './edge-cache.ts';
import {
  type EdgeResponse,
  responseFromHit,
  responseFromObject,
  responseFromOrigin,
  responseFromPart,
} from './edge-response.ts';
import {
  type Exchange,
  type FetchOptions,
  type Flight,
  type Landed,
  ObjectFetcher,
  type Question,
} from './fetch-object.ts';

export type EdgeOptions = Omit<FetchOptions, 'cache' | 'connections'>;

/** The cache of an edge location and its way to the origins. */
export class Edge {
  readonly cache = new EdgeCache();
  readonly #options: EdgeOptions;
  readonly #connections: OriginConnections;
  readonly #fetcher: ObjectFetcher;
  /** The questions whose response others may wait for, by what is asked. */
  readonly #joinable = new Map<string, Promise<Landed>>();
  readonly #flights = new Set<Flight>();
  readonly #background = new Set<Promise<void>>();

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.#connections = new OriginConnections(options.clock);
    this.#fetcher = new ObjectFetcher({ ...options, cache: this.cache, connections: this.#connections });
  }

  async respond(exchange: Exchange): Promise<EdgeResponse> {
    const { request, behavior } = exchange;
    const { method } = request;
    const ownKey = cacheKeyOf(request, behavior.cachePolicy);
    if (!behavior.cachedMethods.has(method)) {
      return responseFromOrigin(await this.#fetcher.passOn(exchange, ownKey), method);
    }
    const key = this.#keyToUse(method, ownKey);
    const object = this.cache.get(key.id);
    if (object === undefined) return this.#respondToMissing(exchange, key);
    const question = { exchange, key, previous: object, range: undefined };
    const { state } = object.freshness;
    const mayAskOrigin = this.#options.clock.now() >= object.retryAt;
    if (state === 'stale' && mayAskOrigin) this.#revalidateBehind(question);
    return state !== 'expired' || !mayAskOrigin ? responseFromHit(object) : this.#fetchFor(question);
  }

  invalidate(covers: InvalidationTest): number {
    for (const flight of this.#flights) flight.invalidatedBy.push(covers);
    // Who asks from now on must not wait for a response from before.
    this.#joinable.clear();
    return this.cache.invalidate(covers);
  }

  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  stop(): void {
    this.#connections.close();
  }

  // A stored GET answers a HEAD; what an origin said to a HEAD is stored apart, for it has no body.
  #keyToUse(method: string, key: CacheKey): CacheKey {
    if (method !== 'HEAD') return key;
    const keyOfGet = keyForMethod(key, 'GET');
    return this.cache.get(keyOfGet.id) === undefined ? key : keyOfGet;
  }

  /**
   * "If the cache doesn't contain the requested range, CloudFront forwards the request to the origin."
   * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RangeGETs.html
   */
  async #respondToMissing(exchange: Exchange, key: CacheKey): Promise<EdgeResponse> {
    const range = rangeHeadersOf(exchange);
    const part = range && this.#findPart(exchange, key);
    return part === undefined ? this.#fetchFor({ exchange, key, previous: undefined, range }) : responseFromPart(part);
  }

  #findPart({ request: { headers } }: Exchange, key: CacheKey): FoundPart | undefined {
    const specs = readRangeSpecs(fieldOf(headers, 'range'));
    const part = specs && this.cache.findPart(key.id, specs);
    return part !== undefined && isRangeCurrent(headers, part.object.headers) ? part : undefined;
  }

  async #fetchFor(question: Question): Promise<EdgeResponse> {
    const { behavior, request } = question.exchange;
    const isCollapsed = behavior.cachePolicy.maxTtlSeconds > 0;
    const joined = isCollapsed ? this.#joinable.get(idOf(question)) : undefined;
    if (joined === undefined) return responseFrom(await this.#fly(question, isCollapsed), request.method);
    const landed = await joined;
    if (isForAll(landed)) return responseFrom(landed, request.method);
    // What was waited for is somebody else's alone.
    const previous = question.range === undefined ? this.cache.get(question.key.id) : undefined;
    return responseFrom(await this.#fly({ ...question, previous }, false), request.method);
  }

  #revalidateBehind(question: Question): void {
    if (this.#joinable.has(idOf(question))) return;
    const revalidation = this.#fly(question, true).then(async (landed) => {
      if (landed.kind === 'passing') discard(landed.response);
      else if (landed.body instanceof Download) await wholly(landed.body);
    });
    this.#background.add(revalidation);
    revalidation.finally(() => this.#background.delete(revalidation));
  }

  #fly(question: Question, isJoinable: boolean): Promise<Landed> {
    const id = idOf(question);
    const flight: Flight = { invalidatedBy: [], over: Promise.resolve() };
    this.#flights.add(flight);
    const landing = this.#fetcher.fetch(question, flight);
    if (isJoinable) this.#joinable.set(id, landing);
    const end = (): void => {
      this.#flights.delete(flight);
      if (this.#joinable.get(id) === landing) this.#joinable.delete(id);
    };
    landing.then(() => flight.over).then(end, end);
    return landing;
  }
}

/** Without a viewer who waits for it. */
async function wholly(download: Download): Promise<void> {
  download.keep();
  await download.completed.catch(() => undefined);
}

/** The headers by which an origin is asked for a part, where the edge may ask for one. */
function rangeHeadersOf({ request: { method, headers } }: Exchange): Fields | undefined {
  if (method !== 'GET' || readRangeSpecs(fieldOf(headers, 'range')) === undefined) return undefined;
  const { range, 'if-range': ifRange } = headers;
  return ifRange === undefined ? { range } : { range, 'if-range': ifRange };
}

function idOf({ key, range }: Question): string {
  return range === undefined ? key.id : `${key.id} ${JSON.stringify(range)}`;
}

/**
 * Whether those get the response too who asked while it was under way. An origin keeps them apart by `max-age=0`.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-traffic-spikes
 */
function isForAll(landed: Landed): landed is Extract<Landed, { readonly kind: 'object' }> {
  return landed.kind === 'object' && (landed.result === 'Hit' || landed.head.freshness.lifetime.ttlSeconds > 0);
}

function responseFrom(landed: Landed, method: string): EdgeResponse {
  return landed.kind === 'object' ? responseFromObject(landed) : responseFromOrigin(landed.response, method);
}
