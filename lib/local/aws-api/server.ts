import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { reasonOf } from '../../basics/errors.ts';
import type { Clock } from '../clock.ts';
import type { AccessControl } from '../iam/access-control.ts';
import { accessKeyIdOf } from '../iam/access-key.ts';
import { closeServer, listenLocally } from '../listen-locally.ts';
import { ApiError } from './api-error.ts';
import type { ApiRequest, ApiResponse, ApiService, PreparedCall } from './api-service.ts';
import type { Calls } from './calls.ts';
import { readBody } from './request-body.ts';
import { type Credentials, checkSignature } from './signature.ts';

export interface ApiServerOptions {
  /** The first that takes a request gets it. */
  readonly services: readonly ApiService[];
  readonly calls: Calls;
  readonly clock: Clock;
  /** 0: any free port. */
  readonly port: number;
  /** Signatures are not looked at when undefined. Requests without one pass in any case. */
  readonly credentials: Credentials | undefined;
  /** Permissions are not looked at when undefined. Requests without a signature need none. */
  readonly access: AccessControl | undefined;
}

export interface ApiServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Lets the responses that are ready leave, and ends all connections. */
  stop(): Promise<void>;
}

/** Serves AWS APIs on this machine alone. Rejects when the port is taken. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const desk = new RequestDesk(options);
  const server = createServer((nodeRequest, nodeResponse) => void desk.respond(nodeRequest, nodeResponse));
  const port = await listenLocally(server, { port: options.port });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      // What was answered in this turn leaves first.
      await setImmediate();
      await closeServer(server);
    },
  };
}

class RequestDesk {
  readonly #options: ApiServerOptions;

  constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  async respond(nodeRequest: IncomingMessage, nodeResponse: ServerResponse): Promise<void> {
    if (nodeRequest.url === '/health') return this.#send(nodeResponse, { status: 200, headers: [], body: 'ok' });
    const service = this.#options.services.find((candidate) => candidate.takes(nodeRequest.headers));
    if (service === undefined) return this.#send(nodeResponse, { status: 404, headers: [] });
    const request = new HttpRequest(nodeRequest, nodeResponse);
    let call: PreparedCall | undefined;
    let response: ApiResponse;
    try {
      call = await service.prepare(request);
      response = await this.#perform(call, request);
    } catch (thrown) {
      response = service.refuse(asApiError(thrown), request);
    }
    // Before the response leaves, so that who has it finds the call counted.
    if (call !== undefined) this.#options.calls.report(call, response.status);
    this.#send(nodeResponse, response);
  }

  async #perform(call: PreparedCall, request: ApiRequest): Promise<ApiResponse> {
    const { credentials, calls } = this.#options;
    if (credentials !== undefined && request.headers.authorization !== undefined) {
      await checkSignature(request, credentials);
    }
    const accessKeyId = accessKeyIdOf(request.headers);
    this.#checkAccess(accessKeyId, call);
    try {
      return await calls.perform(call, () => call.perform());
    } catch (thrown) {
      throw this.#mayKnow(accessKeyId, call, thrown) ? thrown : accessDenied('Access Denied');
    }
  }

  #checkAccess(accessKeyId: string | undefined, { needs }: PreparedCall): void {
    const refusal = accessKeyId && this.#options.access?.refusal(accessKeyId, needs);
    if (refusal) throw accessDenied(refusal);
  }

  #mayKnow(accessKeyId: string | undefined, { needToKnow }: PreparedCall, thrown: unknown): boolean {
    const isMissing = thrown instanceof ApiError && thrown.status === 404;
    if (!isMissing || needToKnow === undefined || accessKeyId === undefined) return true;
    return this.#options.access?.refusal(accessKeyId, [needToKnow]) === undefined;
  }

  #send(nodeResponse: ServerResponse, { status, headers, body }: ApiResponse): void {
    // Node would write this header from the machine's clock.
    nodeResponse.sendDate = false;
    nodeResponse.writeHead(status, [...headers, 'date', new Date(this.#options.clock.now()).toUTCString()]);
    if (body instanceof Readable) body.on('error', () => nodeResponse.destroy()).pipe(nodeResponse);
    else nodeResponse.end(body);
  }
}

class HttpRequest implements ApiRequest {
  readonly #nodeRequest: IncomingMessage;
  readonly #nodeResponse: ServerResponse;
  #body: Promise<Buffer> | undefined;

  constructor(nodeRequest: IncomingMessage, nodeResponse: ServerResponse) {
    this.#nodeRequest = nodeRequest;
    this.#nodeResponse = nodeResponse;
  }

  get method(): string {
    return this.#nodeRequest.method ?? '';
  }

  get url(): string {
    return this.#nodeRequest.url ?? '';
  }

  get headers(): ApiRequest['headers'] {
    return this.#nodeRequest.headers;
  }

  body(): Promise<Buffer> {
    this.#body ??= readBody(this.#nodeRequest);
    return this.#body;
  }

  goneSignal(): AbortSignal {
    const gone = new AbortController();
    this.#nodeResponse.on('close', () => gone.abort());
    return gone.signal;
  }
}

function accessDenied(message: string): ApiError {
  return new ApiError('AccessDenied', message, 403);
}

/** What is no refusal is a fault of this emulator, and says so to whoever called. */
function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('InternalError', reasonOf(thrown), 500);
}
