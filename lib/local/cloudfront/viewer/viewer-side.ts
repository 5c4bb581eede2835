import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { Edge } from '../cache/edge.ts';
import type { EdgeResponse } from '../cache/edge-response.ts';
import { type Behavior, forwardsCookies } from '../configuration/behavior.ts';
import { normalizeForMatching } from '../configuration/path-pattern.ts';
import type { Configuration } from '../configuration/read-configuration.ts';
import { type FunctionHost, runViewerRequest, runViewerResponse } from '../functions/run-viewer-functions.ts';
import { type EdgeRequest, hasBody, readEdgeRequest } from '../message/edge-request.ts';
import type { Fields } from '../message/fields.ts';
import { drain, type HttpResponse } from '../message/http-response.ts';
import { applyViewerConditions } from './conditions.ts';
import { withOwnUrlsAsAsked } from './own-urls.ts';
import { refusalOf } from './refusals.ts';
import { applyResponseHeadersPolicy } from './response-headers.ts';
import { withVisibleVary } from './vary.ts';

/** Names the edge location that answered. */
export const POP_HEADER = 'x-amz-cf-pop';

export interface ViewerSideOptions {
  readonly distributionId: string;
  readonly domainName: string;
  /** Of the edge location, as it is now. */
  readonly configuration: () => Configuration;
  readonly edge: Edge;
  /** The name of the edge location. */
  readonly location: string;
  readonly clock: Clock;
  readonly log: (functionName: string, line: string) => void;
}

export interface ViewerResponse extends HttpResponse {
  /** As they came to the edge, before a function or a policy changed them. Empty when the edge answered by itself. */
  readonly originHeaders: Readonly<Fields>;
}

interface Routed {
  readonly response: HttpResponse;
  /** The start of `x-cache`. */
  readonly result: string;
  readonly originHeaders: Readonly<Fields>;
}

/** From a viewer's request to the response: the behavior, its functions, and what the edge has. */
export class ViewerSide {
  readonly #options: ViewerSideOptions;

  constructor(options: ViewerSideOptions) {
    this.#options = options;
  }

  async respond(nodeRequest: IncomingMessage): Promise<ViewerResponse> {
    const requestId = createRequestId();
    const request = this.#withRootObject(withoutLocation(readEdgeRequest(nodeRequest)));
    const { response, result, originHeaders } = await this.#route(request, nodeRequest, requestId);
    const shown = withOwnUrlsAsAsked(nodeRequest, response);
    const headers: Fields = {
      ...shown.headers,
      ...this.#edgeHeaders(requestId),
      'x-cache': `${result} from cloudfront`,
    };
    if (headers.date === undefined) headers.date = new Date(this.#options.clock.now()).toUTCString();
    return { ...shown, headers, originHeaders };
  }

  async #route(request: EdgeRequest, nodeRequest: IncomingMessage, requestId: string): Promise<Routed> {
    const behavior = this.#behaviorFor(request.uri);
    const refusal = refusalOf(request, behavior);
    if (refusal !== undefined) return { response: refusal, result: 'Error', originHeaders: {} };
    const host = this.#functionHost(requestId);
    const after = runViewerRequest(behavior.functions, request, host);
    if ('response' in after) return { response: after.response, result: after.response.result, originHeaders: {} };
    const { configuration, edge } = this.#options;
    const target = configuration().targets.get(after.originId ?? behavior.target.id);
    if (target === undefined) throw new Error(`a function selected an unknown origin: '${after.originId}'`);
    const body = hasBody(request.headers) ? nodeRequest : undefined;
    const found = await edge.respond({ request: after.request, behavior, target, requestId, body });
    return { ...(await this.#finish(after.request, behavior, found, host)), originHeaders: found.headers };
  }

  async #finish(
    request: EdgeRequest,
    behavior: Behavior,
    found: EdgeResponse,
    host: FunctionHost,
  ): Promise<Omit<Routed, 'originHeaders'>> {
    const headers: Fields = {
      ...withVisibleVary(found.headers, behavior),
      via: `1.1 ${this.#options.domainName} (CloudFront)`,
    };
    // Cookies that CloudFront does not forward, it does not let the origin set either.
    if (!forwardsCookies(behavior)) delete headers['set-cookie'];
    if (found.status >= 400) {
      const page = (await this.#customErrorPage(request, found)) ?? { ...found, headers };
      const shown = { ...page, headers: applyResponseHeadersPolicy(page.headers, behavior.responseHeadersPolicy) };
      return { response: shown, result: 'Error' };
    }
    const conditional = applyViewerConditions(request, { ...found, headers }, this.#options.clock.now());
    const shown = applyResponseHeadersPolicy(conditional.headers, behavior.responseHeadersPolicy);
    const response = runViewerResponse(behavior.functions, request, { ...conditional, headers: shown }, host);
    return { response, result: 'result' in response ? response.result : found.result };
  }

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
  async #customErrorPage(request: EdgeRequest, found: EdgeResponse): Promise<HttpResponse | undefined> {
    const { configuration, edge } = this.#options;
    const page = configuration().errorResponses.get(found.status)?.page;
    if (page === undefined) return undefined;
    const pageRequest = { ...request, method: 'GET', uri: page.uri, query: '' };
    const behavior = this.#behaviorFor(page.uri);
    const { target } = behavior;
    const requestId = createRequestId();
    const response = await edge.respond({ request: pageRequest, behavior, target, requestId, body: undefined });
    if (response.status >= 400) {
      drain(response.body);
      return undefined;
    }
    drain(found.body);
    return { status: page.status, headers: { ...response.headers }, body: response.body };
  }

  // Only a request for the root itself: `/blog/` is not turned into `/blog/index.html`.
  #withRootObject(request: EdgeRequest): EdgeRequest {
    const { defaultRootObject } = this.#options.configuration();
    return request.uri === '/' && defaultRootObject !== '' ? { ...request, uri: `/${defaultRootObject}` } : request;
  }

  #behaviorFor(uri: string): Behavior {
    const path = normalizeForMatching(uri);
    const behavior = this.#options.configuration().behaviors.find(({ matches }) => matches(path));
    if (behavior === undefined) throw new Error(`no cache behavior matches '${uri}'`);
    return behavior;
  }

  #functionHost(requestId: string): FunctionHost {
    const { distributionId, domainName: distributionDomainName, log } = this.#options;
    return { context: { distributionId, distributionDomainName, requestId }, log };
  }

  #edgeHeaders(requestId: string): Fields {
    const via = `1.1 ${this.#options.domainName} (CloudFront)`;
    return { via, [POP_HEADER]: this.#options.location, 'x-amz-cf-id': requestId };
  }
}

// A viewer may name an edge location on this machine alone.
function withoutLocation(request: EdgeRequest): EdgeRequest {
  const { [POP_HEADER]: _, ...headers } = request.headers;
  return { ...request, headers };
}

function createRequestId(): string {
  return randomBytes(32).toString('base64url');
}
