import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../clock.ts';
import type { LocalEventListener } from '../../events.ts';
import type { AccessControl } from '../../iam/access-control.ts';
import { accessKeyIdOf } from '../../iam/access-key.ts';
import { closeServer, listenLocally } from '../../listen-locally.ts';
import { InvalidationError } from '../invalidation/items.ts';
import type { Invalidation } from '../invalidation/log.ts';
import { type ThrottleRule, TokenBucket } from './throttle.ts';
import { errorXml, invalidationListXml, invalidationXml, parseInvalidationBatch } from './xml.ts';

/** What the API asks of a distribution. */
export interface InvalidatedDistribution {
  readonly invalidations: readonly Invalidation[];
  /** Throws an InvalidationError for what CreateInvalidation refuses. */
  invalidate(items: readonly string[], callerReference: string): Invalidation;
}

export interface CloudFrontApiOptions {
  /** By id. Those that are added later are found too. */
  readonly distributions: ReadonlyMap<string, InvalidatedDistribution>;
  /** @default any free port */
  readonly port?: number;
  /** For throttling and events. */
  readonly clock: Clock;
  readonly onEvent?: LocalEventListener;
  /** Whose policies say who may do what. @default everybody may do everything */
  readonly access?: AccessControl | undefined;
}

export interface CloudFrontApi {
  /** For `AWS_ENDPOINT_URL_CLOUDFRONT`. */
  readonly url: string;
  /** Refuses CreateInvalidation beyond the rule with `Throttling`, as AWS does; undefined lifts the limit. */
  throttle(rule: ThrottleRule | undefined): void;
  stop(): Promise<void>;
}

/** CreateInvalidation, GetInvalidation and ListInvalidations, on 127.0.0.1. */
export async function startCloudFrontApi(options: CloudFrontApiOptions): Promise<CloudFrontApi> {
  const { clock } = options;
  let bucket: TokenBucket | undefined;
  const respondTo = async (nodeRequest: http.IncomingMessage, nodeResponse: http.ServerResponse): Promise<void> => {
    const call = readCall(nodeRequest);
    const response = await respondToCall(call, nodeRequest, options, bucket);
    const requestId = randomUUID();
    const body = 'code' in response ? errorXml(response.code, response.message, requestId) : response.body;
    const location = 'location' in response ? { location: response.location } : {};
    nodeResponse.writeHead(response.status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...location });
    nodeResponse.end(body);
    const { action, distributionId: resource } = call;
    const event = { kind: 'api-call', at: clock.now(), service: 'cloudfront', action, resource } as const;
    options.onEvent?.({ ...event, status: response.status });
  };
  const server = http.createServer((nodeRequest, nodeResponse) => {
    // A request that breaks off must not end the stack.
    respondTo(nodeRequest, nodeResponse).catch(() => nodeResponse.destroy());
  });
  const port = await listenLocally(server, { port: options.port ?? 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    throttle: (rule) => {
      bucket = rule && new TokenBucket(rule, clock);
    },
    stop: () => closeServer(server),
  };
}

type Action = 'CreateInvalidation' | 'GetInvalidation' | 'ListInvalidations' | 'Unknown';

interface Call {
  readonly action: Action;
  readonly distributionId: string;
  readonly invalidationId: string;
  readonly query: URLSearchParams;
}

type ApiResponse =
  | { readonly status: number; readonly body: string; readonly location?: string }
  | { readonly status: number; readonly code: string; readonly message: string };

function readCall(nodeRequest: IncomingMessage): Call {
  const { pathname, searchParams: query } = new URL(nodeRequest.url ?? '/', 'http://127.0.0.1');
  const match = /^\/2020-05-31\/distribution\/([^/]+)\/invalidation\/?([^/]*)$/.exec(pathname);
  const [, distributionId = '', invalidationId = ''] = match ?? [];
  return {
    action: match === null ? 'Unknown' : actionOf(nodeRequest.method, invalidationId),
    distributionId,
    invalidationId,
    query,
  };
}

function actionOf(method: string | undefined, invalidationId: string): Action {
  if (method === 'POST' && invalidationId === '') return 'CreateInvalidation';
  if (method !== 'GET') return 'Unknown';
  return invalidationId === '' ? 'ListInvalidations' : 'GetInvalidation';
}

async function respondToCall(
  call: Call,
  nodeRequest: IncomingMessage,
  { distributions, access }: CloudFrontApiOptions,
  bucket: TokenBucket | undefined,
): Promise<ApiResponse> {
  const body = await text(nodeRequest);
  const refusal = refusalOf(nodeRequest);
  if (refusal !== undefined) return refusal;
  if (call.action === 'Unknown') {
    return error(501, 'NotImplemented', 'The local CloudFront creates, gets and lists invalidations only.');
  }
  const denied = deniedBy(access, call, nodeRequest);
  if (denied !== undefined) return error(403, 'AccessDenied', denied);
  const isLimited = call.action === 'CreateInvalidation' && bucket !== undefined;
  if (isLimited && !bucket.take()) return error(400, 'Throttling', 'Rate exceeded');
  const distribution = distributions.get(call.distributionId);
  if (distribution === undefined) return error(404, 'NoSuchDistribution', 'The specified distribution does not exist.');
  switch (call.action) {
    case 'CreateInvalidation':
      return createInvalidation(distribution, body, nodeRequest);
    case 'GetInvalidation':
      return getInvalidation(distribution, call.invalidationId);
    case 'ListInvalidations':
      return listInvalidations(distribution, call.query);
  }
}

/** CloudFront's ARNs name an account and no region. */
function deniedBy(
  access: AccessControl | undefined,
  { action, distributionId }: Call,
  { headers }: IncomingMessage,
): string | undefined {
  const accessKeyId = accessKeyIdOf(headers) ?? '';
  const resource = `arn:aws:cloudfront::000000000000:distribution/${distributionId}`;
  return access?.refusal(accessKeyId, [{ action: `cloudfront:${action}`, resource }]);
}

// Signatures are not checked, but a call that forgot to sign, or signed for another service, would fail on AWS.
function refusalOf({ headers }: IncomingMessage): ApiResponse | undefined {
  if (!headers.authorization) {
    return error(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  if (/^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/cloudfront\/aws4_request/.test(headers.authorization)) {
    return undefined;
  }
  return error(403, 'SignatureDoesNotMatch', "Credential should be scoped to correct service: 'cloudfront'.");
}

function createInvalidation(
  distribution: InvalidatedDistribution,
  body: string,
  { url }: IncomingMessage,
): ApiResponse {
  const batch = parseInvalidationBatch(body);
  if (batch === undefined) return error(400, 'MalformedXML', 'The XML document is malformed.');
  const { items, quantity, callerReference } = batch;
  if (quantity !== items.length) {
    return error(400, 'InconsistentQuantities', "The value of Quantity and the size of Items don't match.");
  }
  if (items.length === 0) return error(400, 'InvalidArgument', 'Your request must have at least one path.');
  if (callerReference === '') return error(400, 'InvalidArgument', 'Your request must have a CallerReference.');
  try {
    const invalidation = distribution.invalidate(items, callerReference);
    const location = `https://cloudfront.amazonaws.com${url}/${invalidation.id}`;
    return { status: 201, body: invalidationXml(invalidation, 'InProgress'), location };
  } catch (cause) {
    if (!(cause instanceof InvalidationError)) throw cause;
    return error(cause.code === 'BatchTooLarge' ? 413 : 400, cause.code, cause.message);
  }
}

function getInvalidation(distribution: InvalidatedDistribution, id: string): ApiResponse {
  const invalidation = distribution.invalidations.find((candidate) => candidate.id === id);
  if (invalidation !== undefined) return { status: 200, body: invalidationXml(invalidation, invalidation.status) };
  return error(404, 'NoSuchInvalidation', 'The specified invalidation does not exist.');
}

const DEFAULT_PAGE = 100;

function listInvalidations(distribution: InvalidatedDistribution, query: URLSearchParams): ApiResponse {
  const newestFirst = [...distribution.invalidations].reverse();
  const marker = query.get('Marker') ?? '';
  const maxItems = Number(query.get('MaxItems') ?? DEFAULT_PAGE);
  const start = marker === '' ? 0 : newestFirst.findIndex(({ id }) => id === marker) + 1;
  const items = newestFirst.slice(start, start + maxItems);
  const nextMarker = start + maxItems < newestFirst.length ? items.at(-1)?.id : undefined;
  return { status: 200, body: invalidationListXml({ marker, maxItems, items, nextMarker }) };
}

function error(status: number, code: string, message: string): ApiResponse {
  return { status, code, message };
}
