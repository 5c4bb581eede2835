import type { EdgeEvent, EdgeRequest, EdgeResponse } from '../../../lambdas/edge/event.ts';
import type { AwsCall, AwsResponse } from '../../../lib/aws/client.ts';
import { CACHE_TAG_HEADER } from '../../../lib/core/purge/edge-tags.ts';
import { factsOf, type PageName, pageNameOf, shownInObject } from '../checks/stored-page.ts';
import type { DeploymentCode } from '../deployment.ts';
import type { Random } from '../random.ts';
import { TOKEN, type UrlAnswer } from '../requests.ts';
import { type SitePage, shownIn } from '../site.ts';
import type { World } from '../world.ts';
import type { OriginAnswer } from './edge-cache.ts';
import { type EdgeAnswer, EdgeLocation, LOCATIONS, type OriginRequest } from './edge-location.ts';
import type { Invocation } from './lambda.ts';

/** As in lib/constructs/site-distribution.ts. */
const FAIL_OVER_STATUSES = new Set([429, 502, 503, 504]);
const ORIGIN_TIMEOUT_MS = 15_000;
const INVALIDATION_PAUSE_MS = 2000;
/** Of the fail-over distribution. */
const UNAVAILABLE: OriginAnswer = {
  status: 503,
  headers: { 'cache-control': 'no-store', 'retry-after': '30' },
  body: '',
  source: 's3',
  shown: undefined,
  sentAt: 0,
};

/** What a viewer gets, and from where. */
export interface ViewerAnswer {
  readonly status: number;
  readonly headers: EdgeResponse['headers'];
  readonly edge: EdgeAnswer | undefined;
}

/** CloudFront: two locations, two origins, and the call that purges. */
export class Distribution {
  readonly locations: readonly EdgeLocation[];
  readonly #world: World;
  #lastInvalidationAt = 0;
  /** By the id of an invalidation: epoch milliseconds from which on it is complete. */
  readonly #completeAt = new Map<string, number>();
  /** By location. */
  readonly #purgedAt = new Map<string, number>();

  constructor(world: World, code: DeploymentCode) {
    this.#world = world;
    const { scheduler, random, weather, scripts } = world;
    this.locations = LOCATIONS.map(
      (name) =>
        new EdgeLocation(name, {
          pageRequest: scripts.pageRequest(code.edge),
          scheduler,
          random: random.fork(`edge ${name}`),
          weather,
          askOrigins: (request, done) => this.#askOrigins(name, request, done),
          tagHeader: CACHE_TAG_HEADER,
        }),
    );
  }

  /** A new version of the edge function reaches each location at its own time. */
  release(code: DeploymentCode, random: Random): void {
    for (const location of this.locations) {
      this.#world.scheduler.after(random.between(500, 15_000), () => {
        if (this.#world.isTraced) this.#world.say(location.name, `the edge function names ${code.id}`);
        location.pageRequest = this.#world.scripts.pageRequest(code.edge);
      });
    }
  }

  view(
    location: EdgeLocation,
    page: SitePage,
    query: string,
    headers: Readonly<Record<string, string>>,
    done: (answer: ViewerAnswer) => void,
  ): void {
    const owed = this.#world.checker.owedByEdge(page, location.name);
    const request = location.pageRequest(viewerEvent(page.path, query, headers));
    if (!('uri' in request)) {
      done({ status: request.statusCode, headers: request.headers, edge: undefined });
      return;
    }
    const { 'x-prerender-revalidate': token, 'x-isr-draft': draft } = valuesOf(request);
    if ((token ?? draft ?? TOKEN) !== TOKEN) this.#world.checker.violate(9, 'a wrong token is in the cache key');
    const sentTo = this.#world.checker.sentTo(pageNameOf(request.uri, this.#world.site)?.deployment);
    location.request(request.uri, valuesOf(request), (edge) => {
      this.#world.checker.seenByViewer(page, owed, location.name, edge);
      if (edge.copy !== undefined) this.#world.checker.kept(request.uri, edge.copy);
      this.#world.checker.ofDeployment(sentTo, page, edge);
      if (edge.answer.status === 403) this.#world.checker.violate(8, `${page.path} is forbidden for a viewer`);
      const answer = edge.answer.status < 400 ? this.#afterwards(edge.answer) : undefined;
      if (answer !== undefined) this.#checkAnswer(request.uri, edge.answer, answer);
      done({ status: answer?.statusCode ?? edge.answer.status, headers: answer?.headers ?? {}, edge });
    });
  }

  /** As another location, whose cache is empty. */
  askServe(location: EdgeLocation, page: SitePage, random: Random): void {
    const request = location.pageRequest(viewerEvent(page.path, '', {}));
    if (!('uri' in request)) return;
    const { uri } = request;
    this.#world.scheduler.after(random.between(0, 50), () => {
      this.#askOrigins('elsewhere', { uri, headers: valuesOf(request), ifNoneMatch: undefined }, () => undefined);
    });
  }

  /** The viewer-response function. */
  #afterwards({ status, headers }: OriginAnswer): EdgeResponse {
    const entries = Object.entries(headers).map(([name, value]) => [name, { value }]);
    const response = { statusCode: status, headers: Object.fromEntries(entries) };
    try {
      return this.#world.scripts.pageResponse({ response } as EdgeEvent) as EdgeResponse;
    } catch (error) {
      this.#world.checker.violate(8, `the viewer-response function throws: ${error}`);
      return response;
    }
  }

  /** Whoever answered, the viewer gets the page as it was rendered, and nothing that is for the edge. */
  #checkAnswer(uri: string, { shown, source, body }: OriginAnswer, { statusCode, headers }: EdgeResponse): void {
    const { checker, bucket } = this.#world;
    const inner = Object.keys(headers).filter((name) => /^x-amz-meta-|^cache-tag$/.test(name));
    if (inner.length > 0) checker.violate(8, `a viewer got ${inner.join(', ')}`);
    if (source === 'serve' || shown === undefined) return;
    const object = bucket.objects.get(decodeURIComponent(uri.slice(1)));
    const facts = object === undefined ? undefined : factsOf(object, bucket);
    // Of an object that somebody has spoilt, S3 alone can make no page.
    if (facts === undefined) return;
    const seen = shownIn(Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value])), body);
    if (seen === undefined) checker.violate(8, `S3 gave ${uri}, and a viewer got ${statusCode} '${body}'`);
    const isRedirect = shown.state === 'redirect' && facts.status === 301;
    if (isRedirect && statusCode !== 301) checker.violate(8, `S3 gave the redirect ${uri} as ${statusCode}`);
  }

  /** CreateInvalidation, and GetInvalidation. */
  call({ method, path, body }: AwsCall, random: Random): AwsResponse {
    if (method === 'POST') return this.#invalidate(String(body), random);
    const id = path.slice(path.lastIndexOf('/') + 1);
    const isOver = this.#completeAt.get(id) ?? Number.POSITIVE_INFINITY;
    return invalidation(200, id, isOver <= this.#world.scheduler.now ? 'Completed' : 'InProgress');
  }

  #invalidate(xml: string, random: Random): AwsResponse {
    const { scheduler, weather } = this.#world;
    const isTooSoon = scheduler.now - this.#lastInvalidationAt < INVALIDATION_PAUSE_MS;
    if (isTooSoon && weather.has('purges-are-throttled')) return refusal(400, 'Throttling');
    if (weather.isCrowded && random.chance(0.95)) return refusal(400, 'Throttling');
    if (weather.has('purges-are-refused') && random.chance(0.1))
      return refusal(random.chance(0.5) ? 503 : 400, 'Other');
    this.#lastInvalidationAt = scheduler.now;
    const items = [...xml.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, item = '']) => unescapeXml(item));
    const id = `I${this.#completeAt.size}`;
    const delays = this.locations.map(() => this.#purgeDelayMs(random));
    this.#completeAt.set(id, scheduler.now + Math.max(...delays) + random.fork(id).between(0, 1000));
    for (const [i, location] of this.locations.entries()) {
      const delayMs = delays[i] ?? 0;
      this.#purgedAt.set(location.name, Math.max(this.purgedAt(location.name), scheduler.now + delayMs));
      scheduler.after(delayMs, () => {
        if (this.#world.isTraced) this.#world.say(location.name, `forgets ${items.join(' ')}`);
        location.purge(items);
        this.#world.checker.purged(location, items);
      });
    }
    if (weather.has('purges-are-refused') && random.chance(0.05)) return refusal(503, 'ServiceUnavailable');
    return invalidation(201, id, 'InProgress');
  }

  /** Epoch milliseconds at which all that was accepted so far has taken effect at the location. */
  purgedAt(location: string): number {
    return this.#purgedAt.get(location) ?? 0;
  }

  /** In AWS's words: under 5 s for 95 of 100, complete within 25 s. */
  #purgeDelayMs(random: Random): number {
    const isLate = this.#world.weather.is('purges-are-late') && random.chance(0.3);
    if (isLate) return random.between(5000, 24_000);
    return random.chance(0.3) ? random.between(200, 800) : random.between(200, 5000);
  }

  #askOrigins(where: string, request: OriginRequest, done: (answer: OriginAnswer) => void): void {
    const { scheduler, random, checker } = this.#world;
    const page = this.#pageOf(request.uri);
    let isOver = false;
    const fail = (why: string): void => {
      if (isOver) return;
      isOver = true;
      stopTimeout();
      if (this.#world.isTraced) this.#world.say(where, `serve fails (${why}) for ${request.uri}`);
      this.#askS3(where, request, done);
    };
    const stopTimeout = scheduler.after(ORIGIN_TIMEOUT_MS, () => fail('504'));
    scheduler.after(this.#world.latency(random), () => {
      // From here on it counts what serve owes: it has been asked.
      const owed = page === undefined ? undefined : checker.owedByServe(page.page);
      const call = { method: 'GET', path: request.uri, headers: conditional(request) };
      const key = decodeURIComponent(request.uri.slice(1));
      const isPlain = !('x-prerender-revalidate' in request.headers) && !('x-isr-draft' in request.headers);
      const certainty = isPlain && page ? this.#world.renderChecks.certainty(page.page.path, key) : undefined;
      this.#world.serve.invoke(call, (invocation) => {
        this.#world.renderChecks.answered(key, certainty, invocation);
        const answer = originAnswer(invocation, scheduler.now);
        if (page !== undefined && owed !== undefined) checker.servedByOrigin(page.page, owed, answer);
        if (FAIL_OVER_STATUSES.has(answer.status)) return fail(String(answer.status));
        scheduler.after(this.#world.latency(random), () => {
          if (isOver) return;
          isOver = true;
          stopTimeout();
          if (this.#world.isTraced) this.#world.say(where, describe(answer, request));
          done(answer);
        });
      });
    });
  }

  /** Through the fail-over distribution, which keeps nothing. */
  #askS3(where: string, request: OriginRequest, done: (answer: OriginAnswer) => void): void {
    const { scheduler, random, weather, bucket, checker } = this.#world;
    scheduler.after(this.#world.latency(random), () => {
      const isRefused = weather.has('s3-refuses') && random.chance(0.1);
      const stored = bucket.get(decodeURIComponent(request.uri.slice(1)), request.ifNoneMatch);
      const object = bucket.objects.get(decodeURIComponent(request.uri.slice(1)));
      const shown = object === undefined ? undefined : shownInObject(object, bucket);
      const { status, headers } = stored;
      const body = stored.body.toString();
      const answer: OriginAnswer = { status, headers, body, source: 's3', shown, sentAt: scheduler.now };
      if (stored.status === 200) checker.givenByS3(this.#pageOf(request.uri), answer);
      scheduler.after(this.#world.latency(random), () => {
        if (this.#world.isTraced) this.#world.say(where, isRefused ? 'S3 refuses' : describe(answer, request));
        // The fail-over distribution makes a 503 of whatever S3 says when it has no page.
        done(isRefused || stored.status === 404 ? UNAVAILABLE : answer);
      });
    });
  }

  #pageOf(uri: string): PageName | undefined {
    return pageNameOf(uri, this.#world.site);
  }
}

function conditional({ headers, ifNoneMatch }: OriginRequest): Readonly<Record<string, string>> {
  return ifNoneMatch === undefined ? headers : { ...headers, 'if-none-match': ifNoneMatch };
}

function originAnswer(invocation: Invocation<UrlAnswer>, sentAt: number): OriginAnswer {
  if ('error' in invocation) {
    const status = invocation.error === 'throttled' ? 429 : 502;
    return { status, headers: {}, body: '', source: 'serve', shown: undefined, sentAt };
  }
  const { status, headers, body } = invocation.answer;
  return { status, headers, body, source: 'serve', shown: shownIn(headers, body), sentAt };
}

function describe({ source, status, headers, body }: OriginAnswer, { uri, ifNoneMatch }: OriginRequest): string {
  const known = ifNoneMatch === undefined ? '' : ` (edge has ${ifNoneMatch})`;
  return `${source} answers ${uri}${known} with ${status} ${headers['x-isr-cache'] ?? ''} '${body.replace(/[^ -~]+/g, '?')}' ${headers.etag ?? ''} ${headers['cache-control'] ?? ''}`;
}

function viewerEvent(path: string, query: string, headers: Readonly<Record<string, string>>): EdgeEvent {
  const [name = '', value = ''] = query.split('=');
  const { cookie, ...others } = headers;
  const cookies: EdgeRequest['cookies'] = cookie === undefined ? {} : { __prerender_bypass: { value: cookie } };
  return {
    context: { distributionDomainName: 'd1.cloudfront.net' },
    viewer: { ip: '198.51.100.7' },
    request: {
      method: 'GET',
      uri: path,
      querystring: query === '' ? {} : { [name]: { value } },
      headers: Object.fromEntries(
        Object.entries({ host: 'example.com', ...others }).map(([each, text]) => [each, { value: text }]),
      ),
      cookies,
    },
    response: { statusCode: 200, headers: {} },
  };
}

function valuesOf({ headers }: EdgeRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]));
}

function invalidation(status: number, id: string, state: 'InProgress' | 'Completed'): AwsResponse {
  const xml = `<Invalidation><Id>${id}</Id><Status>${state}</Status></Invalidation>`;
  return { status, headers: {}, body: Buffer.from(xml) };
}

function refusal(status: number, code: string): AwsResponse {
  return {
    status,
    headers: {},
    body: Buffer.from(`<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`),
  };
}

function unescapeXml(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
