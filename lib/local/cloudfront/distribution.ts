import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import type { LocalEventListener } from '../events.ts';
import { type Behavior, type Configuration, type DistributionResources, readConfiguration } from './configuration.ts';
import { Edge } from './edge.ts';
import type { EdgeAnswer } from './edge-answer.ts';
import { type EdgeRequest, hasBody, readEdgeRequest, toLocalScheme } from './edge-request.ts';
import { errorPage } from './error-page.ts';
import { type Fields, fieldOf } from './fields.ts';
import { compileInvalidation, type Invalidation, InvalidationLog } from './invalidation.ts';
import { discard } from './origin-group.ts';
import { forwardsCookies } from './origin-headers.ts';
import { normalizeForMatching } from './path-pattern.ts';
import { applyResponseHeadersPolicy } from './response-headers.ts';
import type { CanRead } from './s3-origin.ts';
import { applyViewerConditions, type ViewerAnswer } from './viewer-conditions.ts';
import { type FunctionHost, runViewerRequest, runViewerResponse } from './viewer-functions.ts';

export interface DistributionOptions extends DistributionResources {
  readonly id: string;
  readonly domainName: string;
  /** What the bucket policy lets the distribution read; without it, everything. The key is decoded. */
  readonly canRead?: CanRead;
  readonly clock: Clock;
  readonly onEvent?: LocalEventListener;
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
  readonly #invalidations = new InvalidationLog();

  /** Throws one error that names everything in the configuration which is not emulated or which AWS would refuse. */
  constructor(options: DistributionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#configuration = readConfiguration(options.id, options, this.#log);
    const { domainName, clock, canRead } = options;
    this.#edge = new Edge({ configuration: this.#configuration, domainName, clock, canRead });
  }

  readonly listener: RequestListener = (message, reply) => {
    this.#handle(message, reply).catch((error: unknown) => {
      this.#log('edge', error instanceof Error ? (error.stack ?? error.message) : String(error));
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

  async #handle(message: IncomingMessage, reply: ServerResponse): Promise<void> {
    const start = performance.now();
    const answer = await this.#answer(message);
    await this.#write(message, reply, answer);
    this.#options.onEvent?.({
      kind: 'request',
      at: this.#options.clock.now(),
      method: message.method ?? 'GET',
      path: message.url ?? '/',
      status: answer.status,
      edge: fieldOf(answer.headers, 'x-cache') ?? '',
      isr: answer.isr,
      milliseconds: performance.now() - start,
    });
  }

  async #answer(message: IncomingMessage): Promise<ViewerAnswer & { readonly isr: string | undefined }> {
    const requestId = randomBytes(32).toString('base64url');
    const request = this.#withRootObject(readEdgeRequest(message));
    const { answer, result, isr } = await this.#route(request, message, requestId);
    const local = toLocalScheme(answer.headers, message.headers.host);
    const headers: Fields = { ...local, ...this.#edgeHeaders(requestId), 'x-cache': `${result} from cloudfront` };
    if (headers.date === undefined) headers.date = new Date(this.#options.clock.now()).toUTCString();
    return { ...answer, headers, isr };
  }

  async #route(request: EdgeRequest, message: IncomingMessage, requestId: string): Promise<Routed> {
    const behavior = this.#behaviorFor(request.uri);
    const refusal = refusalOf(request, behavior);
    if (refusal !== undefined) return { answer: refusal, result: 'Error', isr: undefined };
    const host = this.#functionHost(requestId);
    const after = runViewerRequest(behavior, request, host);
    if ('answer' in after) return { answer: after.answer, result: after.answer.result, isr: undefined };
    const target = this.#configuration.targets.get(after.originId ?? behavior.target.id);
    if (target === undefined) throw new Error(`a function selected an unknown origin: '${after.originId}'`);
    const body = hasBody(request.headers) ? message : undefined;
    const found = await this.#edge.answer({ request: after.request, behavior, target, requestId, body });
    const isr = fieldOf(found.headers, 'x-isr-cache');
    return { ...(await this.#finish(after.request, behavior, found, host)), isr };
  }

  async #finish(
    request: EdgeRequest,
    behavior: Behavior,
    found: EdgeAnswer,
    host: FunctionHost,
  ): Promise<Omit<Routed, 'isr'>> {
    const headers: Fields = { ...found.headers, via: `1.1 ${this.#options.domainName} (CloudFront)` };
    // Cookies that CloudFront does not forward, it does not let the origin set either.
    if (!forwardsCookies(behavior)) delete headers['set-cookie'];
    if (found.status >= 400) {
      const page = (await this.#customErrorPage(request, found)) ?? { ...found, headers };
      const shown = { ...page, headers: applyResponseHeadersPolicy(page.headers, behavior.responseHeadersPolicy) };
      return { answer: shown, result: 'Error' };
    }
    const conditional = applyViewerConditions(request, { ...found, headers });
    const shown = applyResponseHeadersPolicy(conditional.headers, behavior.responseHeadersPolicy);
    const answer = runViewerResponse(behavior, request, { ...conditional, headers: shown }, host);
    return { answer, result: 'result' in answer ? answer.result : found.result };
  }

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
  async #customErrorPage(request: EdgeRequest, found: EdgeAnswer): Promise<ViewerAnswer | undefined> {
    const page = this.#configuration.errorResponses.get(found.status)?.page;
    if (page === undefined) return undefined;
    const pageRequest = { ...request, method: 'GET', uri: page.uri, query: '' };
    const behavior = this.#behaviorFor(page.uri);
    const { target } = behavior;
    const requestId = randomBytes(32).toString('base64url');
    const answer = await this.#edge.answer({ request: pageRequest, behavior, target, requestId, body: undefined });
    if (answer.status >= 400) {
      discard(answer);
      return undefined;
    }
    discard(found);
    return { status: page.status, headers: { ...answer.headers }, body: answer.body };
  }

  async #write(message: IncomingMessage, reply: ServerResponse, answer: ViewerAnswer): Promise<void> {
    const { status, body } = answer;
    const headers = Object.fromEntries(Object.entries(answer.headers).filter(([, value]) => value !== undefined));
    const hasNoBody = message.method === 'HEAD' || status === 204 || status === 304;
    if (Buffer.isBuffer(body) && !hasNoBody) headers['content-length'] = String(body.length);
    reply.writeHead(status, headers as Record<string, string | string[]>);
    if (Buffer.isBuffer(body) || hasNoBody) {
      if (!Buffer.isBuffer(body)) body.resume();
      reply.end(hasNoBody ? undefined : body);
      await finished(reply).catch(() => undefined);
    } else {
      // The headers of a stream go out before its first byte. An end that came too early breaks the connection.
      reply.flushHeaders();
      await pipeline(body, reply).catch(() => undefined);
    }
    // What the viewer still sends is nobody's: without this its connection could not be used again.
    message.resume();
  }

  // Only a request for the root itself: `/blog/` is not turned into `/blog/index.html`.
  #withRootObject(request: EdgeRequest): EdgeRequest {
    const { defaultRootObject } = this.#configuration;
    return request.uri === '/' && defaultRootObject !== '' ? { ...request, uri: `/${defaultRootObject}` } : request;
  }

  #behaviorFor(uri: string): Behavior {
    const path = normalizeForMatching(uri);
    const behavior = this.#configuration.behaviors.find(({ matches }) => matches(path));
    if (behavior === undefined) throw new Error(`no cache behavior matches '${uri}'`);
    return behavior;
  }

  #functionHost(requestId: string): FunctionHost {
    const { id: distributionId, domainName: distributionDomainName } = this.#options;
    return { context: { distributionId, distributionDomainName, requestId }, log: this.#log };
  }

  #edgeHeaders(requestId: string): Fields {
    const via = `1.1 ${this.#options.domainName} (CloudFront)`;
    return { via, 'x-amz-cf-pop': 'LOCAL1-C1', 'x-amz-cf-id': requestId };
  }
}

interface Routed {
  readonly answer: ViewerAnswer;
  /** The start of `x-cache`. */
  readonly result: string;
  readonly isr: string | undefined;
}

function refusalOf(request: EdgeRequest, behavior: Behavior): ViewerAnswer | undefined {
  if (!behavior.allowedMethods.has(request.method)) {
    const only = behavior.allowedMethods.has('POST') ? '' : ' The distribution supports only cachable requests.';
    return errorPage(
      403,
      `This distribution is not configured to allow the HTTP request method that was used for this request.${only}`,
    );
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && hasBody(request.headers)
    ? errorPage(403, 'Bad request. A GET or HEAD cannot have a body.')
    : undefined;
}
