import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { listenLocally } from '../listen-locally.ts';
import type { InvocationResult } from './invocation-result.ts';
import { errorOfDocument, LambdaError } from './lambda-error.ts';
import { type ReceivedStream, receiveStream } from './received-stream.ts';
import { CLOCK_HEADER } from './sandbox-preload/protocol.ts';

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Buffer;
  /** Epoch milliseconds of the stack's clock. */
  readonly deadline: number;
  /** Where the stack's clock stands. */
  readonly clockPosition: number;
}

export interface RuntimeApiListener {
  /** The runtime client asks for an event: it has initialised, or is done with the event before. */
  onReady(): void;
  /** The response is complete; the runtime client has not asked for the next event yet. */
  onAnswered(): void;
  onInitError(error: LambdaError): void;
}

interface Exchange {
  readonly requestId: string;
  readonly resolve: (result: InvocationResult) => void;
  readonly reject: (error: Error) => void;
  stream?: ReceivedStream;
}

const PREFIX = '/2018-06-01/runtime';

/** The quota of Lambda: 6 MB and 100 bytes, see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. */
export const MAXIMUM_RESPONSE_BYTES = 6_291_556;

/**
 * The server side of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html for one sandbox. The runtime client
 * takes a host and port and no path, so each sandbox has a server of its own.
 */
export class RuntimeApi {
  readonly #listener: RuntimeApiListener;
  readonly #server: Server;
  #waiting: ServerResponse | undefined;
  #exchange: Exchange | undefined;

  constructor(listener: RuntimeApiListener) {
    this.#listener = listener;
    this.#server = createServer((request, response) => {
      // A request that breaks off belongs to a process that is going away; its end is reported by `abort`.
      this.#respond(request, response).catch(() => response.destroy());
    });
  }

  /** Starts to listen; resolves to `127.0.0.1:<port>`. */
  async listen(): Promise<string> {
    return `127.0.0.1:${await listenLocally(this.#server)}`;
  }

  /** Hands one event to the waiting runtime client. */
  exchange(invocation: Invocation): Promise<InvocationResult> {
    const waiting = this.#waiting;
    if (waiting === undefined) throw new Error('the runtime client is not waiting for an event');
    this.#waiting = undefined;
    return new Promise((resolve, reject) => {
      this.#exchange = { requestId: invocation.requestId, resolve, reject };
      waiting.writeHead(200, headersOf(invocation)).end(invocation.payload);
    });
  }

  /** Ends everything, since the sandbox is no more; a running exchange fails with `error`. */
  close(error: LambdaError): void {
    this.#exchange?.reject(error);
    this.#exchange?.stream?.abort(error);
    this.#exchange = undefined;
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').slice(PREFIX.length);
    if (path === '/invocation/next') return this.#next(response);
    if (path === '/init/error') return this.#listener.onInitError(errorOfDocument(await text(request)));
    const [, , requestId, what] = path.split('/');
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.requestId !== requestId) return void response.writeHead(403).end();
    if (what === 'response' && request.headers['lambda-runtime-function-response-mode'] === 'streaming') {
      await this.#streamed(exchange, request);
    } else if (what === 'response') {
      settleBuffered(exchange, await buffer(request));
    } else {
      exchange.reject(errorOfDocument(await text(request)));
    }
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    this.#answered(exchange);
  }

  #next(response: ServerResponse): void {
    this.#waiting = response;
    // After a streamed response that failed, the runtime client asks for the next event without waiting for the
    // end of that response (it is sent on another socket).
    if (this.#exchange === undefined) this.#listener.onReady();
  }

  async #streamed(exchange: Exchange, request: IncomingMessage): Promise<void> {
    exchange.stream = receiveStream(request);
    exchange.stream.started.then(exchange.resolve, exchange.reject);
    await exchange.stream.ended;
  }

  #answered(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    if (this.#waiting === undefined) this.#listener.onAnswered();
    else this.#listener.onReady();
  }
}

function settleBuffered(exchange: Exchange, payload: Buffer): void {
  if (payload.length <= MAXIMUM_RESPONSE_BYTES) {
    exchange.resolve({ kind: 'buffered', payload });
    return;
  }
  const message = `Response payload size exceeded maximum allowed payload size (${MAXIMUM_RESPONSE_BYTES} bytes).`;
  exchange.reject(new LambdaError('function', 'Function.ResponseSizeTooLarge', message));
}

function headersOf(invocation: Invocation): Record<string, string | number> {
  const seconds = Math.floor(invocation.deadline / 1000).toString(16);
  return {
    'content-type': 'application/json',
    'content-length': invocation.payload.length,
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': String(invocation.deadline),
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': `Root=1-${seconds}-${randomBytes(12).toString('hex')};Sampled=0`,
    [CLOCK_HEADER]: String(invocation.clockPosition),
  };
}
