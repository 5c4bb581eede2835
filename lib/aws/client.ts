import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { aws4 } from '../vendor/aws4.ts';

export type Service = 's3' | 'sqs' | 'cloudfront' | 'cloudformation' | 'logs';

export interface AwsCall {
  readonly service: Service;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Percent-encoded, from the service's root: for S3 without the bucket. */
  readonly path: string;
  readonly bucket?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One signed call. Resolves with any status below 500 but 429. Rejects when AWS stays unreachable or keeps failing. */
export type AwsClient = (call: AwsCall) => Promise<AwsResponse>;

export interface AwsClientOptions {
  readonly region: string;
  /** By service, `AWS_ENDPOINT_URL_S3` and so on: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
  readonly endpoints?: Partial<Record<Service, string>>;
  /** Asked before each call. @default those of the environment */
  readonly credentials?: () => Promise<AwsCredentials>;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

// S3 asks to retry 500 and 503. The first retry comes soon, because the usual cause is a kept-alive socket that died
// while the sandbox was frozen.
const PAUSES_MS = [30, 120, 480];

/**
 * Calls AWS without its SDK, which costs a cold start five times as much (docs/decisions/). A sandbox of Lambda has its
 * credentials in the environment for its whole life.
 */
export function createAwsClient(options: AwsClientOptions): AwsClient {
  const agent = new HttpsAgent({ keepAlive: true });
  return withRetries((call) => send(call, options, agent), sleep);
}

/** Calls again when nothing could be sent, and after 429 or 500 and above. */
export function withRetries(send: AwsClient, sleep: (milliseconds: number) => Promise<void>): AwsClient {
  return async (call) => {
    for (const pauseMs of PAUSES_MS) {
      const response = await send(call).catch(() => undefined);
      if (response !== undefined && !isFailing(response)) return response;
      // Random: else all calls that one failure hit come back at the same time.
      await sleep(pauseMs * (1 + Math.random()));
    }
    const response = await send(call);
    if (isFailing(response)) throw new Error(describeFailure(call, response));
    return response;
  };
}

function isFailing({ status }: AwsResponse): boolean {
  return status >= 500 || status === 429;
}

/** AWS was reached, and refused. */
export class AwsRefusal extends Error {
  override readonly name = 'AwsRefusal';
  readonly response: AwsResponse;

  constructor(call: AwsCall, response: AwsResponse) {
    super(describeFailure(call, response));
    this.response = response;
  }
}

/** The response of AWS, for an error message. */
export function describeFailure(call: AwsCall, response: AwsResponse): string {
  const text = response.body.toString('utf8').replace(/\s+/g, ' ').slice(0, 300);
  return `${call.service} answered ${response.status} to ${call.method} ${call.path}${text === '' ? '' : `: ${text}`}`;
}

async function send(call: AwsCall, options: AwsClientOptions, agent: HttpsAgent): Promise<AwsResponse> {
  const url = urlOf(call, options);
  const request = {
    service: call.service,
    region: call.service === 'cloudfront' ? 'us-east-1' : options.region,
    method: call.method,
    host: url.host,
    path: url.pathname + url.search,
    headers: { ...call.headers },
    ...(call.body === undefined ? {} : { body: call.body as string }),
  };
  const { headers } = aws4.sign(request, await options.credentials?.());
  return exchange(call, url, headers as Record<string, string>, agent);
}

function exchange(
  { method, body }: AwsCall,
  url: URL,
  headers: Record<string, string>,
  agent: HttpsAgent,
): Promise<AwsResponse> {
  return new Promise((resolve, reject) => {
    const receive = (message: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('error', (error) => reject(networkError(error)));
      message.on('end', () => resolve(responseOf(message, Buffer.concat(chunks))));
    };
    const wire: RequestOptions = {
      method,
      hostname: url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      headers,
    };
    const request =
      url.protocol === 'https:' ? httpsRequest({ ...wire, agent }, receive) : plainHttp().request(wire, receive);
    request.on('error', (error) => reject(networkError(error)));
    request.end(body);
  });
}

function urlOf(call: AwsCall, { region, endpoints }: AwsClientOptions): URL {
  const endpoint = endpoints?.[call.service];
  // The bucket is in the path of endpoints given by hand, as in the SDK for hosts that are IP addresses.
  if (endpoint !== undefined)
    return new URL((call.bucket === undefined ? '' : `/${call.bucket}`) + call.path, endpoint);
  if (call.service === 'cloudfront') return new URL(call.path, 'https://cloudfront.amazonaws.com');
  const host = `${call.service}.${region}.amazonaws.com`;
  if (call.bucket === undefined) return new URL(call.path, `https://${host}`);
  // S3's certificate is for one label before its name.
  if (call.bucket.includes('.')) return new URL(`/${call.bucket}${call.path}`, `https://${host}`);
  return new URL(call.path, `https://${call.bucket}.${host}`);
}

function responseOf(message: IncomingMessage, body: Buffer): AwsResponse {
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)]);
  return { status: message.statusCode ?? 0, headers: Object.fromEntries(headers), body };
}

/** `import 'node:http'` would read all its exports. One of them loads Node's whole fetch implementation: 20 ms. */
function plainHttp(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

function networkError(error: Error): Error {
  return new Error(`the connection failed: ${error.message}`, { cause: error });
}
