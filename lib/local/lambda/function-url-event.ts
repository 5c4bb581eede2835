import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type FunctionUrlAuthType = 'AWS_IAM' | 'NONE';

/** See https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload. */
export interface FunctionUrlEvent {
  readonly version: '2.0';
  readonly routeKey: '$default';
  /** Percent-encoded, as in the request line. */
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface FunctionUrlRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly authType: FunctionUrlAuthType;
  readonly functionName: string;
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Bodies of other types arrive in base64: forms, among them. */
const TEXT_TYPE = /^(text\/|application\/(json|javascript|xml)\b)/i;

export function eventOfRequest(received: FunctionUrlRequest): FunctionUrlEvent {
  const { request, body } = received;
  const [rawPath, rawQueryString] = splitTarget(request.url ?? '/');
  const { cookie, ...headers } = headersOf(received);
  const isText = TEXT_TYPE.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: joinedParameters(rawQueryString) }),
    requestContext: contextOf(received, rawPath, headers),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function splitTarget(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

function headersOf({ request, now }: FunctionUrlRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    if (!HOP_BY_HOP.has(name)) headers[name] = values.join(name === 'cookie' ? '; ' : ',');
  }
  const { localPort, remoteAddress = '' } = request.socket;
  const forwardedFor = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = forwardedFor === undefined ? remoteAddress : `${forwardedFor}, ${remoteAddress}`;
  // On AWS always https and 443. Here, too, they tell how the function URL was reached.
  headers['x-forwarded-proto'] = 'http';
  headers['x-forwarded-port'] = String(localPort);
  headers['x-amzn-trace-id'] ??= newTraceId(now);
  return headers;
}

export function newTraceId(now: number): string {
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

function joinedParameters(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]));
}

function contextOf(received: FunctionUrlRequest, path: string, headers: Readonly<Record<string, string>>) {
  const { accountId, authType, functionName, now, request } = received;
  const isSigned = authType === 'AWS_IAM';
  return {
    accountId: isSigned ? accountId : 'anonymous',
    apiId: functionName,
    ...(isSigned && { authentication: null, authorizer: { iam: { accountId, userId: 'local', accessKey: 'local' } } }),
    domainName: headers.host ?? '',
    domainPrefix: functionName,
    http: {
      method: request.method ?? 'GET',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey: '$default',
    stage: '$default',
    time: commonLogTime(now),
    timeEpoch: now,
  };
}

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
