import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Need } from '../iam/access-control.ts';
import type { ApiError } from './api-error.ts';

/** One call of an AWS API, by the names that AWS gives to the action and to what it acts on. */
export interface ApiCall {
  readonly service: 's3' | 'sqs';
  readonly action: string;
  /** Object key, bucket name (actions on a whole bucket) or queue name. */
  readonly resource: string;
}

/** The head of a request, and ways to get at the rest. */
export interface ApiRequest {
  readonly method: string;
  /** As in the request line. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent, once it is here. Rejects when the client goes away before. */
  body(): Promise<Buffer>;
  /** Aborts when the client is gone. */
  goneSignal(): AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  /** Names and values in turns, the form that node:http writes without a copy. */
  readonly headers: readonly string[];
  readonly body?: Buffer | string | Readable | undefined;
}

export interface PreparedCall extends ApiCall {
  /** The permissions without which it is refused. */
  readonly needs: readonly Need[];
  /** The permission without which a missing resource is not told from a forbidden one. */
  readonly needToKnow?: Need;
  /** Has the effect. Throws ApiError to refuse. */
  perform(): ApiResponse | Promise<ApiResponse>;
}

/** An AWS API, apart from the server that takes its requests. */
export interface ApiService {
  /** Whether a request with these headers is for this service. */
  takes(headers: IncomingHttpHeaders): boolean;
  /** Names the call. Throws ApiError when it is none that this machine implements. */
  prepare(request: ApiRequest): PreparedCall | Promise<PreparedCall>;
  refuse(error: ApiError, request: ApiRequest): ApiResponse;
}
