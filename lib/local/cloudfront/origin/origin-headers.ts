import type { Clock } from '../../clock.ts';
import type { Behavior } from '../configuration/behavior.ts';
import type { Origin } from '../configuration/origins.ts';
import { isSelected } from '../configuration/selection.ts';
import { type EdgeRequest, hasBody } from '../message/edge-request.ts';
import { type Fields, fieldOf, isHopByHop } from '../message/fields.ts';
import { formatCookies, formatQuery, parseCookies, parseQuery } from '../message/query-string.ts';
import { signatureHeaders } from './signature.ts';

/** What is in the cache key goes to the origin too. */
export interface KeyedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** The normalised `Accept-Encoding`; undefined when it is not part of the key. */
  readonly acceptEncoding: string | undefined;
}

export interface Forwarding {
  readonly request: EdgeRequest;
  readonly behavior: Behavior;
  readonly key: KeyedHeaders;
  readonly requestId: string;
  readonly distributionDomainName: string;
  readonly clock: Clock;
  /** Headers of the edge's own: a revalidation's conditions, or the viewer's on a request that is only passed on. */
  readonly extra: Readonly<Fields>;
}

// CloudFront answers conditions and ranges from its cache, sends its own, and fetches the whole object.
const ANSWERED_BY_THE_EDGE = new Set([
  'accept-encoding',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);
const SET_BY_THE_EDGE = new Set(['content-length', 'cookie', 'host', 'user-agent', 'via', 'x-forwarded-for']);

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html */
export function originHeaders(forwarding: Forwarding, origin: Origin): Fields {
  const { request, behavior, key } = forwarding;
  const headers: Fields = {
    'user-agent': 'Amazon CloudFront',
    ...viewerHeaders(forwarding),
    ...edgeHeaders(behavior.originRequestPolicy.edgeHeaders, request),
    ...key.headers,
    host: hostFor(forwarding, origin),
    via: `1.1 ${forwarding.distributionDomainName} (CloudFront)`,
    'x-amz-cf-id': forwarding.requestId,
    'x-forwarded-for': [fieldOf(request.headers, 'x-forwarded-for'), request.viewer.address].filter(Boolean).join(', '),
  };
  if (key.acceptEncoding) headers['accept-encoding'] = key.acceptEncoding;
  const cookie = forwardedCookies(forwarding);
  if (cookie !== '') headers.cookie = cookie;
  Object.assign(headers, forwarding.extra, origin.customHeaders);
  return { ...headers, ...signatureHeaders(origin.signing, headers, forwarding.clock) };
}

/** The query for the origin: what is in the cache key, and what the origin request policy adds, in the viewer's order. */
export function originQuery(request: EdgeRequest, behavior: Behavior): string {
  const { cachePolicy, originRequestPolicy } = behavior;
  if (originRequestPolicy.query.takes === 'all' || cachePolicy.query.takes === 'all') return request.query;
  const forwarded = parseQuery(request.query).filter(
    ({ name }) => isSelected(cachePolicy.query, name) || isSelected(originRequestPolicy.query, name),
  );
  return formatQuery(forwarded);
}

function viewerHeaders({ request, behavior }: Forwarding): Fields {
  const headers: Fields = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (isHopByHop(name) || ANSWERED_BY_THE_EDGE.has(name)) continue;
    const isOfBody = hasBody(request.headers) && (name === 'content-type' || name === 'content-encoding');
    if (isOfBody || isSelected(behavior.originRequestPolicy.headers, name)) {
      if (!SET_BY_THE_EDGE.has(name) || name === 'user-agent') headers[name] = value;
    }
  }
  if (!hasBody(request.headers)) return headers;
  const length = request.headers['content-length'];
  return length === undefined
    ? { ...headers, 'transfer-encoding': 'chunked' }
    : { ...headers, 'content-length': length };
}

function edgeHeaders(names: readonly string[], { viewer }: EdgeRequest): Fields {
  const values: Readonly<Record<string, string>> = {
    'cloudfront-forwarded-proto': 'https',
    'cloudfront-viewer-address': `${viewer.address}:${viewer.port}`,
    'cloudfront-viewer-http-version': '1.1',
  };
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

// The viewer's own Host only where a policy says so; S3 on this machine is asked path-style, under its local name.
function hostFor({ request, behavior, key }: Forwarding, origin: Origin): string {
  if (origin.kind === 's3') return origin.url.host;
  const isForwarded = isSelected(behavior.originRequestPolicy.headers, 'host') || key.headers.host !== undefined;
  return (isForwarded ? fieldOf(request.headers, 'host') : undefined) ?? origin.domainName;
}

function forwardedCookies({ request, behavior }: Forwarding): string {
  const header = fieldOf(request.headers, 'cookie');
  const { cachePolicy, originRequestPolicy } = behavior;
  const forwarded = parseCookies(header).filter(
    ({ name }) => isSelected(cachePolicy.cookies, name) || isSelected(originRequestPolicy.cookies, name),
  );
  return formatCookies(forwarded);
}
