import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { reasonOf } from '../../../basics/errors.ts';
import type { StackClock } from '../../clock.ts';
import { type Behavior, forwardsCookies } from '../configuration/behavior.ts';
import { errorCachingSeconds } from '../configuration/error-responses.ts';
import type { OriginTarget } from '../configuration/origins.ts';
import type { Configuration } from '../configuration/read-configuration.ts';
import { type InvalidationTest, readTags } from '../invalidation/items.ts';
import { discard } from '../message/answer.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { errorPage } from '../message/error-page.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import type { ForwardedRequest, OriginResponse } from '../origin/ask-origin.ts';
import { askTarget, type OriginAccess } from '../origin/ask-target.ts';
import { OriginConnections } from '../origin/origin-agent.ts';
import { originHeaders, originQuery } from '../origin/origin-headers.ts';
import type { CanRead } from '../origin/s3-origin.ts';
import { type CacheKey, cacheKeyOf, keyForMethod } from './cache-key.ts';
import { answerFromObject, answerFromOrigin, type CacheResult, type EdgeAnswer } from './edge-answer.ts';
import { type CachedObject, EdgeCache } from './edge-cache.ts';
import { Freshness, type Lifetime, lifetimeOf } from './freshness.ts';

/** One request in the edge, after the viewer-request function. */
export interface Exchange {
  readonly request: EdgeRequest;
  readonly behavior: Behavior;
  /** The behavior's, unless a function chose another. */
  readonly target: OriginTarget;
  readonly requestId: string;
  readonly body: Readable | undefined;
}

/** One question to an origin whose answer may be stored. */
interface Flight {
  readonly keyId: string;
  /** Invalidations that came after the question: the answer may be from before them. */
  readonly invalidatedBy: InvalidationTest[];
}

type Landed =
  | { readonly kind: 'object'; readonly object: CachedObject; readonly result: CacheResult }
  /** Not to be stored: it streams to the one who asked. */
  | { readonly kind: 'passing'; readonly response: OriginResponse };

export interface EdgeOptions {
  readonly configuration: Configuration;
  readonly domainName: string;
  readonly clock: StackClock;
  readonly canRead: CanRead | undefined;
}

/** The cache of the edge and its way to the origins. */
export class Edge {
  readonly cache = new EdgeCache();
  readonly #options: EdgeOptions;
  readonly #connections: OriginConnections;
  /** The flights that a request for the same key may wait for, by key. */
  readonly #joinable = new Map<string, Promise<Landed>>();
  readonly #flights = new Set<Flight>();
  readonly #background = new Set<Promise<void>>();

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.#connections = new OriginConnections(options.clock);
  }

  async answer(exchange: Exchange): Promise<EdgeAnswer> {
    const { request, behavior } = exchange;
    const ownKey = cacheKeyOf(request, behavior.cachePolicy);
    if (!behavior.cachedMethods.has(request.method)) return this.#passOn(exchange, ownKey);
    const key = this.#keyToUse(request.method, ownKey);
    const object = this.cache.get(key.id);
    if (object === undefined) return this.#fetchFor(exchange, key, undefined);
    const { state } = object.freshness;
    const mayAskOrigin = this.#now() >= object.retryAt;
    if (state === 'stale' && mayAskOrigin) this.#revalidateBehind(exchange, key, object);
    if (state !== 'expired' || !mayAskOrigin) return answerFromObject(object, 'Hit');
    return this.#fetchFor(exchange, key, object);
  }

  invalidate(covers: InvalidationTest): number {
    for (const flight of this.#flights) flight.invalidatedBy.push(covers);
    // Who asks from now on must not wait for an answer from before.
    this.#joinable.clear();
    return this.cache.invalidate(covers);
  }

  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  stop(): void {
    this.#connections.close();
  }

  #now(): number {
    return this.#options.clock.now();
  }

  // A stored GET answers a HEAD; what an origin said to a HEAD is stored apart, for it has no body.
  #keyToUse(method: string, key: CacheKey): CacheKey {
    if (method !== 'HEAD') return key;
    const keyOfGet = keyForMethod(key, 'GET');
    return this.cache.get(keyOfGet.id) === undefined ? key : keyOfGet;
  }

  /** Methods that are not cached: the answer streams through. */
  async #passOn(exchange: Exchange, key: CacheKey): Promise<EdgeAnswer> {
    const forwarded = this.#forward(exchange, key, exchange.request.method, viewerConditions(exchange));
    const response = await askTarget(exchange.target, forwarded, this.#access);
    return answerFromOrigin(response, exchange.request.method);
  }

  async #fetchFor(exchange: Exchange, key: CacheKey, previous: CachedObject | undefined): Promise<EdgeAnswer> {
    const isCollapsed = exchange.behavior.cachePolicy.maxTtlSeconds > 0;
    const joined = isCollapsed ? this.#joinable.get(key.id) : undefined;
    const landed = (await joined) ?? (await this.#fly(exchange, key, previous, isCollapsed));
    if (landed.kind === 'object') return answerFromObject(landed.object, landed.result);
    if (joined === undefined) return answerFromOrigin(landed.response, exchange.request.method);
    // The answer that was waited for is somebody else's alone.
    const own = await this.#fly(exchange, key, undefined, false);
    return own.kind === 'object'
      ? answerFromObject(own.object, own.result)
      : answerFromOrigin(own.response, exchange.request.method);
  }

  #revalidateBehind(exchange: Exchange, key: CacheKey, object: CachedObject): void {
    if (this.#joinable.has(key.id)) return;
    const revalidation = this.#fly(exchange, key, object, true).then((landed) => {
      if (landed.kind === 'passing') discard(landed.response);
    });
    this.#background.add(revalidation);
    revalidation.finally(() => this.#background.delete(revalidation));
  }

  #fly(exchange: Exchange, key: CacheKey, previous: CachedObject | undefined, isJoinable: boolean): Promise<Landed> {
    const flight: Flight = { keyId: key.id, invalidatedBy: [] };
    this.#flights.add(flight);
    const landing = this.#fetch(exchange, key, previous, flight).finally(() => {
      this.#flights.delete(flight);
      if (this.#joinable.get(key.id) === landing) this.#joinable.delete(key.id);
    });
    if (isJoinable) this.#joinable.set(key.id, landing);
    return landing;
  }

  async #fetch(exchange: Exchange, key: CacheKey, previous: CachedObject | undefined, flight: Flight): Promise<Landed> {
    const { method } = key;
    const isDisabled = exchange.behavior.cachePolicy.maxTtlSeconds === 0;
    const conditions = isDisabled ? viewerConditions(exchange) : revalidationConditions(previous, exchange.behavior);
    const forwarded = this.#forward(exchange, key, method, conditions);
    const response = await this.#bufferIfStored(await askTarget(exchange.target, forwarded, this.#access), exchange);
    if (previous !== undefined) {
      if (response.status === 304) return this.#refresh(previous, response, exchange.behavior, flight);
      const kept = this.#keptOnError(previous, response);
      if (kept !== undefined) return kept;
    }
    const lifetime = this.#lifetimeOf(response, exchange.behavior);
    if (lifetime === undefined || !Buffer.isBuffer(response.body)) {
      this.cache.drop(key.id);
      return { kind: 'passing', response };
    }
    const { status, headers, body } = response;
    const tags = this.#tagsOf(headers);
    const object = this.#objectOf({ keyId: key.id, path: key.path, method, status, headers, body, tags }, lifetime);
    this.#store(object, flight);
    return { kind: 'object', object, result: 'Miss' };
  }

  async #bufferIfStored(response: OriginResponse, { behavior }: Exchange): Promise<OriginResponse> {
    if (Buffer.isBuffer(response.body) || this.#lifetimeOf(response, behavior) === undefined) return response;
    try {
      return { ...response, body: await buffer(response.body) };
    } catch (error) {
      const reason = reasonOf(error);
      return { ...errorPage(502, `The origin closed the connection early. (${reason})`), failure: 'unreachable' };
    }
  }

  // RFC 9111, section 4.3.4. Whether a 304 changes the tags of an object is documented nowhere, so it does not.
  #refresh(previous: CachedObject, response: OriginResponse, behavior: Behavior, flight: Flight): Landed {
    if (!Buffer.isBuffer(response.body)) response.body.resume();
    const updates = Object.entries(response.headers).filter(([name]) => !name.startsWith('content-'));
    const headers = { ...previous.headers, ...Object.fromEntries(updates) };
    const { status, method, path, body, tags, keyId } = previous;
    const lifetime = this.#lifetimeOf({ status, headers, body }, behavior);
    if (lifetime === undefined) this.cache.drop(keyId);
    const object = this.#objectOf(
      { keyId, path, method, status, headers, body, tags },
      lifetime ?? previous.freshness.lifetime,
    );
    object.hits = previous.hits;
    if (lifetime !== undefined) this.#store(object, flight);
    return { kind: 'object', object, result: 'RefreshHit' };
  }

  /** The old object, where the origin failed and it may still be served. */
  #keptOnError(previous: CachedObject, response: OriginResponse): Landed | undefined {
    if (response.status < 500) return undefined;
    const { onError, state } = previous.freshness;
    if (onError === 'refuse' && state === 'expired') return undefined;
    discard(response);
    if (onError === 'serve-and-wait') {
      const { errorResponses } = this.#options.configuration;
      previous.retryAt = this.#now() + errorCachingSeconds(errorResponses, response.status) * 1000;
    }
    return { kind: 'object', object: previous, result: 'Hit' };
  }

  #lifetimeOf(response: OriginResponse, behavior: Behavior): Lifetime | undefined {
    const errorTtl = errorCachingSeconds(this.#options.configuration.errorResponses, response.status);
    return lifetimeOf(response, behavior.cachePolicy, errorTtl, this.#now());
  }

  #objectOf(facts: Omit<CachedObject, 'freshness' | 'hits' | 'retryAt'>, lifetime: Lifetime): CachedObject {
    const freshness = new Freshness(lifetime, facts.headers, this.#options.clock);
    return { ...facts, freshness, hits: 0, retryAt: 0 };
  }

  #store(object: CachedObject, flight: Flight): void {
    if (flight.invalidatedBy.some((covers) => covers(object))) return;
    this.cache.put(object);
  }

  #tagsOf(headers: Readonly<Fields>): readonly string[] {
    const { cacheTagHeader } = this.#options.configuration;
    return cacheTagHeader === undefined ? [] : readTags(fieldOf(headers, cacheTagHeader));
  }

  get #access(): OriginAccess {
    return { connections: this.#connections, canRead: this.#options.canRead };
  }

  #forward(exchange: Exchange, key: CacheKey, method: string, extra: Fields): ForwardedRequest {
    const { request, behavior, requestId, body } = exchange;
    const { clock, domainName } = this.#options;
    const forwarding = { request, behavior, key, requestId, distributionDomainName: domainName, clock, extra };
    return {
      request: { ...request, method },
      query: originQuery(request, behavior),
      headersFor: (origin) => originHeaders(forwarding, origin),
      body,
    };
  }
}

const CONDITIONS = ['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'range'];

/** Where nothing is cached, the viewer's conditions and ranges are for the origin to answer. */
function viewerConditions({ request, behavior }: Exchange): Fields {
  const asked = CONDITIONS.filter((name) => request.headers[name] !== undefined);
  const forwarded = forwardsCookies(behavior) ? asked.filter((name) => name === 'range') : asked;
  return Object.fromEntries(forwarded.map((name) => [name, request.headers[name]]));
}

// "Conditional requests are not supported when CloudFront forwards cookies."
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
function revalidationConditions(previous: CachedObject | undefined, behavior: Behavior): Fields {
  if (previous === undefined || previous.status !== 200 || forwardsCookies(behavior)) return {};
  const { etag, 'last-modified': lastModified } = previous.headers;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}
