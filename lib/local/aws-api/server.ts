import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { reasonOf } from '../../basics/errors.ts';
import type { Clock } from '../clock.ts';
import { ApiError } from './api-error.ts';
import type { ApiAnswer, ApiRequest, ApiService, PreparedCall } from './api-service.ts';
import type { Calls } from './calls.ts';
import { readBody } from './request-body.ts';
import { type Credentials, checkSignature } from './signature.ts';

const HOST = '127.0.0.1';
/** A thousand sandboxes may connect in one moment. Linux takes no more than this by default (net.core.somaxconn). */
const BACKLOG = 4096;

export interface ApiServerOptions {
  /** The first that takes a request gets it. */
  readonly services: readonly ApiService[];
  readonly calls: Calls;
  readonly clock: Clock;
  /** 0: any free port. */
  readonly port: number;
  /** Signatures are not looked at when undefined. Requests without one pass in any case. */
  readonly credentials: Credentials | undefined;
}

export interface ApiServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Lets the answers that are ready leave, and ends all connections. */
  stop(): Promise<void>;
}

/** Serves AWS APIs on this machine alone. Rejects when the port is taken. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const desk = new RequestDesk(options);
  const server = createServer((message, reply) => void desk.answer(message, reply));
  neverCloseIdle(server);
  server.listen({ port: options.port, host: HOST, backlog: BACKLOG });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HOST}:${port}`, stop: () => stop(server) };
}

/**
 * Clients end connections, this server never does: the request of a client that sends just then would be lost. CloudFront
 * keeps a connection to an origin for 5 seconds, and for minutes where it is told so
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html#DownloadDistValuesOriginKeepaliveTimeout);
 * SDKs for as long as their process lives.
 */
function neverCloseIdle(server: Server): void {
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await setImmediate();
  server.closeAllConnections();
  await closed;
}

class RequestDesk {
  readonly #options: ApiServerOptions;

  constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  async answer(message: IncomingMessage, reply: ServerResponse): Promise<void> {
    if (message.url === '/health') return this.#send(reply, { status: 200, headers: [], body: 'ok' });
    const service = this.#options.services.find((candidate) => candidate.takes(message.headers));
    if (service === undefined) return this.#send(reply, { status: 404, headers: [] });
    const request = new HttpRequest(message, reply);
    let call: PreparedCall | undefined;
    let answer: ApiAnswer;
    try {
      call = await service.prepare(request);
      answer = await this.#perform(call, request);
    } catch (thrown) {
      answer = service.refuse(asApiError(thrown), request);
    }
    // Before the answer leaves, so that who has the answer finds the call counted.
    if (call !== undefined) this.#options.calls.report(call, answer.status);
    this.#send(reply, answer);
  }

  async #perform(call: PreparedCall, request: ApiRequest): Promise<ApiAnswer> {
    const { credentials, calls } = this.#options;
    if (credentials !== undefined && request.headers.authorization !== undefined) {
      await checkSignature(request, credentials);
    }
    return calls.perform(call, () => call.perform());
  }

  #send(reply: ServerResponse, { status, headers, body }: ApiAnswer): void {
    // Node would write this header from the machine's clock.
    reply.sendDate = false;
    reply.writeHead(status, [...headers, 'date', new Date(this.#options.clock.now()).toUTCString()]);
    if (body instanceof Readable) body.on('error', () => reply.destroy()).pipe(reply);
    else reply.end(body);
  }
}

class HttpRequest implements ApiRequest {
  readonly #message: IncomingMessage;
  readonly #reply: ServerResponse;
  #body: Promise<Buffer> | undefined;

  constructor(message: IncomingMessage, reply: ServerResponse) {
    this.#message = message;
    this.#reply = reply;
  }

  get method(): string {
    return this.#message.method ?? '';
  }

  get url(): string {
    return this.#message.url ?? '';
  }

  get headers(): ApiRequest['headers'] {
    return this.#message.headers;
  }

  body(): Promise<Buffer> {
    this.#body ??= readBody(this.#message);
    return this.#body;
  }

  goneSignal(): AbortSignal {
    const gone = new AbortController();
    this.#reply.on('close', () => gone.abort());
    return gone.signal;
  }
}

/** What is no refusal is a fault of this emulator, and says so to whoever called. */
function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('InternalError', reasonOf(thrown), 500);
}
