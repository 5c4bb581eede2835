import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { closeServer, listenLocally } from '../listen-locally.ts';
import type { LambdaFunction } from './function.ts';
import { eventOfRequest, type FunctionUrlAuthType, newTraceId } from './function-url-event.ts';
import { bodyTooLarge, refusalOfError, refusalOfRequest } from './function-url-refusal.ts';
import {
  type FunctionUrlHead,
  type FunctionUrlResponse,
  headOfStream,
  MALFORMED_RESPONSE,
  responseOfPayload,
} from './function-url-response.ts';
import type { InvocationResult } from './invocation-result.ts';
import { LambdaError } from './lambda-error.ts';

export interface FunctionUrlOptions {
  readonly function: LambdaFunction;
  readonly authType: FunctionUrlAuthType;
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  /** 0 takes any free port. */
  readonly port: number;
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
}

export interface FunctionUrl {
  /** `http://127.0.0.1:4401/` */
  readonly url: string;
  stop(): Promise<void>;
}

const MAXIMUM_BODY_BYTES = 6 * 1024 * 1024;

/** Serves a function at a URL of its own, as Lambda does: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html. */
export async function startFunctionUrl(options: FunctionUrlOptions): Promise<FunctionUrl> {
  const server = createServer((request, response) => {
    respond(options, request, response).catch(() => response.destroy());
  });
  const { host = '127.0.0.1', port } = options;
  return { url: `http://${host}:${await listenLocally(server, { host, port })}/`, stop: () => closeServer(server) };
}

async function respond(options: FunctionUrlOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    // The rest of the body is not read, so the connection cannot be used again.
    response.shouldKeepAlive = false;
    return send(response, bodyTooLarge());
  }
  const refusal = refusalOfRequest(request, body.length > 0, options.authType);
  if (refusal !== undefined) return send(response, refusal);
  try {
    const result = await options.function.invoke(eventOf(options, request, body));
    await sendResult(result, options.invokeMode === 'RESPONSE_STREAM', response);
  } catch (error) {
    if (error instanceof LambdaError && error.errorType === MALFORMED_RESPONSE) options.function.log(error.message);
    // A status line cannot be taken back: the client learns of the failure by the broken connection.
    if (response.headersSent) response.destroy();
    else send(response, refusalOfError(error));
  }
}

/** The body, or nothing when it is larger than Lambda takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAXIMUM_BODY_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

function eventOf(options: FunctionUrlOptions, request: IncomingMessage, body: Buffer) {
  const { arn, clock, name } = options.function;
  const accountId = arn.split(':')[4] ?? '';
  return eventOfRequest({ request, body, authType: options.authType, functionName: name, accountId, now: clock.now() });
}

async function sendResult(result: InvocationResult, isStreaming: boolean, response: ServerResponse): Promise<void> {
  if (result.kind === 'streamed') {
    const head = await headOfStream(result.contentType, result.body);
    if (isStreaming) await sendStream(response, head, result.body);
    else send(response, { ...head, body: await buffer(result.body) });
  } else if (isStreaming) {
    // Format 2.0 is a matter of the buffered mode: here Lambda hands on, as it is, what a handler without
    // streamifyResponse returns.
    send(response, { statusCode: 200, headers: { 'content-type': 'application/json' }, body: result.payload });
  } else {
    send(response, responseOfPayload(result.payload));
  }
}

/** When the client goes away or the function fails midway, both streams end; the function itself runs on, as on AWS. */
async function sendStream(response: ServerResponse, head: FunctionUrlHead, body: Readable): Promise<void> {
  response.writeHead(head.statusCode, { ...head.headers, ...ownHeaders() });
  response.flushHeaders();
  await pipeline(body, response);
}

function send(response: ServerResponse, { statusCode, headers, body }: FunctionUrlResponse): void {
  response.writeHead(statusCode, { ...headers, ...ownHeaders(), 'content-length': body.length }).end(body);
}

/** Each response of a function URL has them: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
function ownHeaders(): Readonly<Record<string, string>> {
  return { 'x-amzn-requestid': randomUUID(), 'x-amzn-trace-id': newTraceId(Date.now()) };
}
