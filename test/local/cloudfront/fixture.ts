import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import type {
  CacheBehaviorConfig,
  CachePolicyConfig,
  DistributionConfig,
  OriginConfig,
} from '../../../lib/local/cloudfront/configuration/cloudformation-shapes.ts';
import { type DistributionOptions, LocalDistribution } from '../../../lib/local/cloudfront/distribution.ts';
import type { LocalEvent } from '../../../lib/local/events.ts';
import { closeServer, listenLocally } from '../../../lib/local/listen-locally.ts';

export const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
export const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
export const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const BEGIN = Date.parse('2026-11-22T10:00:00Z');

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestOrigin {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Replaced by a test that wants another response. */
  respond: (request: SeenRequest, reply: ServerResponse) => void;
}

export async function listen(listener: RequestListener): Promise<string> {
  const server = http.createServer(listener);
  const port = await listenLocally(server);
  onTestFinished(() => closeServer(server));
  return `http://127.0.0.1:${port}`;
}

export function answering(status: number, headers: http.OutgoingHttpHeaders, body = ''): TestOrigin['respond'] {
  return (_, reply) => {
    reply.sendDate = false;
    reply.writeHead(status, headers).end(body);
  };
}

export async function startOrigin(
  respond: TestOrigin['respond'] = answering(200, { 'content-type': 'text/plain' }, 'hello'),
): Promise<TestOrigin> {
  const seen: SeenRequest[] = [];
  const url = await listen(async (message, reply) => {
    const body = (await buffer(message)).toString();
    const request = { method: message.method ?? '', url: message.url ?? '', headers: message.headers, body };
    seen.push(request);
    origin.respond(request, reply);
  });
  const origin: TestOrigin = { url, seen, respond };
  return origin;
}

/** Keeps the requests that come from now on until the test answers them, in the order in which they came. */
export function holdReplies(origin: TestOrigin): { next(): Promise<ServerResponse> } {
  const replies: ServerResponse[] = [];
  const waiting: ((reply: ServerResponse) => void)[] = [];
  origin.respond = (_, reply) => {
    const next = waiting.shift();
    if (next === undefined) replies.push(reply);
    else next(reply);
  };
  return {
    next: () => {
      const reply = replies.shift();
      return reply === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(reply);
    },
  };
}

/** What has happened so far, for who waits until enough has. */
class Happenings<Item> {
  readonly items: Item[] = [];
  readonly #watchers = new Set<() => void>();

  add(item: Item): void {
    this.items.push(item);
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** The items that are meant, once there are so many of them. */
  async until(count: number, isMeant: (item: Item) => boolean = () => true): Promise<readonly Item[]> {
    const found = () => this.items.filter(isMeant);
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = () => {
      if (found().length >= count) resolve();
    };
    this.#watchers.add(watcher);
    watcher();
    await promise;
    this.#watchers.delete(watcher);
    return found();
  }
}

export interface PolicyParts {
  readonly ttl?: readonly [min: number, fallback: number, max: number];
  readonly query?: readonly string[] | 'all' | 'none';
  readonly headers?: readonly string[];
  readonly cookies?: readonly string[] | 'all' | 'none';
  readonly codings?: boolean;
}

export function cachePolicy(parts: PolicyParts = {}): CachePolicyConfig {
  const { ttl = [0, 0, 31_536_000], query = 'all', headers = [], cookies = 'none', codings = false } = parts;
  return {
    Name: 'test',
    MinTTL: ttl[0],
    DefaultTTL: ttl[1],
    MaxTTL: ttl[2],
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: codings,
      EnableAcceptEncodingBrotli: codings,
      HeadersConfig:
        headers.length > 0 ? { HeaderBehavior: 'whitelist', Headers: headers } : { HeaderBehavior: 'none' },
      CookiesConfig:
        typeof cookies === 'string' ? { CookieBehavior: cookies } : { CookieBehavior: 'whitelist', Cookies: cookies },
      QueryStringsConfig:
        typeof query === 'string'
          ? { QueryStringBehavior: query }
          : { QueryStringBehavior: 'whitelist', QueryStrings: query },
    },
  };
}

export interface EdgeSetup {
  readonly policy?: PolicyParts;
  readonly behavior?: Partial<CacheBehaviorConfig>;
  readonly behaviors?: readonly (Partial<CacheBehaviorConfig> & { readonly PathPattern: string })[];
  readonly origin?: Partial<OriginConfig>;
  /** Further origins, by id. */
  readonly origins?: Readonly<Record<string, { readonly url: string; readonly config?: Partial<OriginConfig> }>>;
  readonly config?: Partial<DistributionConfig>;
  readonly resources?: Partial<DistributionOptions>;
  /** Code of the functions of the default behavior. */
  readonly viewerRequest?: string;
  readonly viewerResponse?: string;
}

export interface TestEdge {
  readonly url: string;
  /** Stands still unless a test moves it. */
  readonly clock: StackClock;
  readonly distribution: LocalDistribution;
  readonly events: readonly LocalEvent[];
  passSeconds(seconds: number): void;
  /** Resolves when so many requests have come in all. What they wait for, they wait for then. */
  received(count: number): Promise<unknown>;
  /** The events of requests, once there are so many. */
  requestEvents(count: number): Promise<readonly LocalEvent[]>;
}

const CUSTOM = { CustomOriginConfig: { OriginProtocolPolicy: 'https-only' } };

export function distributionOptions(originUrl: string, setup: EdgeSetup = {}): DistributionOptions {
  const others = Object.entries(setup.origins ?? {});
  const functions = new Map<string, string>();
  const associations: { EventType: string; FunctionARN: string }[] = [];
  for (const [type, code] of [
    ['viewer-request', setup.viewerRequest],
    ['viewer-response', setup.viewerResponse],
  ] as const) {
    if (code === undefined) continue;
    functions.set(`arn:aws:cloudfront::1:function/${type}`, code);
    associations.push({ EventType: type, FunctionARN: `arn:aws:cloudfront::1:function/${type}` });
  }
  const base = { TargetOriginId: 'main', ViewerProtocolPolicy: 'redirect-to-https', CachePolicyId: 'test' };
  const urls = new Map([
    ['main.example.com', originUrl],
    ...others.map(([id, { url }]) => [`${id}.example.com`, url] as const),
  ]);
  return {
    id: 'E1',
    domainName: 'd1.cloudfront.net',
    calm: true,
    clock: new StackClock('standing', BEGIN),
    config: {
      Enabled: true,
      Origins: [
        {
          Id: 'main',
          DomainName: 'main.example.com',
          ...(setup.origin?.S3OriginConfig ? {} : CUSTOM),
          ...setup.origin,
        },
        ...others.map(([id, { config }]) => ({
          Id: id,
          DomainName: `${id}.example.com`,
          ...(config?.S3OriginConfig ? {} : CUSTOM),
          ...config,
        })),
      ],
      DefaultCacheBehavior: { ...base, FunctionAssociations: associations, ...setup.behavior },
      CacheBehaviors: (setup.behaviors ?? []).map((behavior) => ({ ...base, ...behavior })),
      ...setup.config,
    },
    cachePolicies: new Map([['test', cachePolicy(setup.policy)]]),
    originRequestPolicies: new Map(),
    responseHeadersPolicies: new Map(),
    originAccessControls: new Map(),
    functions,
    originUrl: (domainName) => {
      const url = urls.get(domainName);
      if (url === undefined) throw new Error(`unknown origin ${domainName}`);
      return new URL(url);
    },
    ...setup.resources,
  };
}

/** A distribution in front of one origin, named `main`. */
export async function startEdge(origin: { readonly url: string }, setup: EdgeSetup = {}): Promise<TestEdge> {
  const options = distributionOptions(origin.url, setup);
  const { clock } = options;
  const events = new Happenings<LocalEvent>();
  const requests = new Happenings<string>();
  const distribution = new LocalDistribution({ ...options, onEvent: (event) => events.add(event) });
  const url = await listen((message, reply) => {
    distribution.listener(message, reply);
    requests.add(message.url ?? '');
  });
  onTestFinished(() => distribution.stop());
  return {
    url,
    clock,
    distribution,
    events: events.items,
    passSeconds: (seconds) => clock.advance(seconds * 1000),
    received: (count) => requests.until(count),
    requestEvents: (count) => events.until(count, ({ kind }) => kind === 'request'),
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `Hit`, `Miss`, ... */
  readonly cache: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
}

/** Sends the path as it stands: `fetch` would normalise it. */
export async function ask(edge: { readonly url: string }, path: string, options: Ask = {}): Promise<Reply> {
  const message = await open(edge, path, options);
  const body = (await buffer(message)).toString();
  const cache = String(message.headers['x-cache']).replace(' from cloudfront', '');
  return { status: message.statusCode ?? 0, headers: message.headers, body, cache };
}

/** Resolves with the head of the response, its body still to come. */
export function open(edge: { readonly url: string }, path: string, options: Ask = {}): Promise<IncomingMessage> {
  const { hostname, port } = new URL(edge.url);
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {} } = options;
    const request = http.request({ hostname, port, path, method, headers, agent: false }, resolve);
    request.on('error', reject);
    request.end(options.body);
  });
}
