import type { Readable } from 'node:stream';
import type { StackClock } from '../../clock.ts';
import { type Behavior, forwardsCookies } from '../configuration/behavior.ts';
import { errorCachingSeconds } from '../configuration/error-responses.ts';
import type { OriginTarget } from '../configuration/origins.ts';
import type { Configuration } from '../configuration/read-configuration.ts';
import { type InvalidationTest, readTags } from '../invalidation/items.ts';
import { type ContentRange, readContentRange } from '../message/byte-ranges.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import { discard, drain } from '../message/http-response.ts';
import type { ForwardedRequest, OriginResponse } from '../origin/ask-origin.ts';
import { askTarget } from '../origin/ask-target.ts';
import type { OriginConnections } from '../origin/origin-agent.ts';
import { originHeaders, originQuery } from '../origin/origin-headers.ts';
import type { CanRead } from '../origin/s3-origin.ts';
import type { CacheKey } from './cache-key.ts';
import type { CachedObject, ObjectHead } from './cached-object.ts';
import { codingFor, compressed } from './compression.ts';
import { Download } from './download.ts';
import type { EdgeCache } from './edge-cache.ts';
import type { ObjectResponse } from './edge-response.ts';
import { Freshness } from './freshness.ts';
import { type Lifetime, lifetimeOf, variesOnEverything } from './lifetime.ts';
import { refreshedHeaders } from './refresh.ts';

/** One request in the edge, after the viewer-request function. */
export interface Exchange {
  readonly request: EdgeRequest;
  readonly behavior: Behavior;
  /** The behavior's, unless a function chose another. */
  readonly target: OriginTarget;
  readonly requestId: string;
  readonly body: Readable | undefined;
}

/** What is asked of an origin for an exchange. */
export interface Question {
  readonly exchange: Exchange;
  readonly key: CacheKey;
  /** What the edge has, and has to ask about. */
  readonly previous: CachedObject | undefined;
  /** The headers that ask for a part of the object; undefined: for all of it. */
  readonly range: Fields | undefined;
}

/** One question to an origin, from the moment it is asked until the whole response is here. */
export interface Flight {
  /** Invalidations that came after the question: the response may be from before them. */
  readonly invalidatedBy: InvalidationTest[];
  /** Settles when nothing more comes. */
  over: Promise<void>;
}

export type Landed =
  | ({ readonly kind: 'object' } & ObjectResponse)
  /** Not to be stored: it streams to the one who asked. */
  | { readonly kind: 'passing'; readonly response: OriginResponse };

export interface FetchOptions {
  /** Of the edge location, as it is now. */
  readonly configuration: () => Configuration;
  /** Whether a response may be kept that an invalidation overtook. */
  readonly keepsOvertaken: () => boolean;
  readonly domainName: string;
  readonly clock: StackClock;
  readonly canRead: CanRead | undefined;
  readonly cache: EdgeCache;
  readonly connections: OriginConnections;
}

/** Asks origins for objects and puts into the cache what may be kept. */
export class ObjectFetcher {
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  /** Methods that are not cached: the response streams through. */
  passOn(exchange: Exchange, key: CacheKey): Promise<OriginResponse> {
    return this.#ask(exchange, key, exchange.request.method, viewerConditions(exchange));
  }

  async fetch(question: Question, flight: Flight): Promise<Landed> {
    const { exchange, key, previous } = question;
    const response = await this.#ask(exchange, key, key.method, conditionsOf(question));
    if (previous !== undefined) {
      if (response.status === 304) return this.#refresh(previous, response, exchange.behavior, flight);
      const kept = this.#keptOnError(previous, response);
      if (kept !== undefined) return kept;
    }
    return this.#land(question, response, flight);
  }

  #land({ exchange: { behavior }, key, range }: Question, response: OriginResponse, flight: Flight): Landed {
    const coding = key.method === 'HEAD' ? undefined : codingFor(response, behavior, key.acceptEncoding);
    const sent = coding === undefined ? response : compressed(response, coding);
    const part = range && partOf(response);
    const lifetime = this.#lifetimeOf(response, behavior);
    if (lifetime === undefined || (response.status === 206 && part === undefined)) {
      this.#options.cache.drop(key.id);
      return { kind: 'passing', response: sent };
    }
    const { status, headers, body } = sent;
    const { id: keyId, method, path } = key;
    const freshness = new Freshness(lifetime, headers, this.#options.clock);
    const head = { keyId, method, path, status, headers, part, coding, freshness, tags: this.#tagsOf(headers) };
    if (Buffer.isBuffer(body)) {
      this.#store(head, body, flight);
      return { kind: 'object', head, body, result: 'Miss' };
    }
    const download = new Download(body);
    flight.over = download.completed.then(
      (whole) => this.#store(head, whole, flight),
      // What broke off is not kept: whoever read it has seen it break.
      () => undefined,
    );
    return { kind: 'object', head, body: download, result: 'Miss' };
  }

  // RFC 9111, section 4.3.4. Whether a 304 changes the tags of an object is documented nowhere, so it does not.
  #refresh(previous: CachedObject, response: OriginResponse, behavior: Behavior, flight: Flight): Landed {
    drain(response.body);
    const headers = refreshedHeaders(previous, response.headers);
    const lifetime = this.#lifetimeOf({ ...previous, headers }, behavior);
    if (lifetime === undefined) this.#options.cache.drop(previous.keyId);
    const freshness = new Freshness(lifetime ?? previous.freshness.lifetime, headers, this.#options.clock);
    const { body, hits, retryAt: _, ...stored } = previous;
    const head: ObjectHead = { ...stored, headers, freshness };
    if (lifetime !== undefined) this.#store(head, body, flight, hits);
    return { kind: 'object', head, body, result: 'RefreshHit' };
  }

  /** The old object, where the origin failed and it may still be served. */
  #keptOnError(previous: CachedObject, response: OriginResponse): Landed | undefined {
    if (response.status < 500) return undefined;
    const { onError, state } = previous.freshness;
    if (onError === 'refuse' && state === 'expired') return undefined;
    discard(response);
    const { configuration, clock } = this.#options;
    if (onError === 'serve-and-wait') {
      const waitSeconds = errorCachingSeconds(configuration().errorResponses, response.status);
      previous.retryAt = clock.now() + waitSeconds * 1000;
    }
    previous.hits += 1;
    return { kind: 'object', head: previous, body: previous.body, result: 'Hit' };
  }

  #lifetimeOf(response: Pick<OriginResponse, 'status' | 'headers'>, behavior: Behavior): Lifetime | undefined {
    const { configuration, clock } = this.#options;
    const errorTtl = errorCachingSeconds(configuration().errorResponses, response.status);
    return lifetimeOf(response, behavior.cachePolicy, errorTtl, clock.now());
  }

  #store(head: ObjectHead, body: Buffer, flight: Flight, hits = 0): void {
    const { part } = head;
    const isWhatItSays = part === undefined || body.length === part.last - part.first + 1;
    if (!isWhatItSays) return;
    const isOvertaken = flight.invalidatedBy.some((covers) => covers(head));
    // AWS does not say what becomes of it.
    if (isOvertaken && !this.#options.keepsOvertaken()) return;
    this.#options.cache.put({ ...head, body, hits, retryAt: 0 });
  }

  #tagsOf(headers: Readonly<Fields>): readonly string[] {
    const { cacheTagHeader } = this.#options.configuration();
    return cacheTagHeader === undefined ? [] : readTags(fieldOf(headers, cacheTagHeader));
  }

  #ask(exchange: Exchange, key: CacheKey, method: string, extra: Fields): Promise<OriginResponse> {
    const { request, behavior, requestId, body } = exchange;
    const { clock, domainName, connections, canRead } = this.#options;
    const forwarding = { request, behavior, key, requestId, distributionDomainName: domainName, clock, extra };
    const forwarded: ForwardedRequest = {
      request: { ...request, method },
      query: originQuery(request, behavior),
      headersFor: (origin) => originHeaders(forwarding, origin),
      body,
    };
    return askTarget(exchange.target, forwarded, { connections, canRead });
  }
}

function partOf(response: OriginResponse): ContentRange | undefined {
  return response.status === 206 ? readContentRange(fieldOf(response.headers, 'content-range')) : undefined;
}

const CONDITIONS = ['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'range'];

function conditionsOf({ exchange, previous, range }: Question): Fields {
  const isDisabled = exchange.behavior.cachePolicy.maxTtlSeconds === 0;
  if (isDisabled) return viewerConditions(exchange);
  return range ?? revalidationConditions(previous, exchange.behavior);
}

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
  if (behavior.cachePolicy.minTtlSeconds === 0 && variesOnEverything(previous.headers)) return {};
  const { etag, 'last-modified': lastModified } = previous.headers;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}
