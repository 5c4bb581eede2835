import type { Readable } from 'node:stream';
import { reasonOf } from '../../../basics/errors.ts';
import type { Origin } from '../configuration/origins.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { errorPage } from '../message/error-page.ts';
import type { Fields } from '../message/fields.ts';
import type { OriginConnections } from './origin-agent.ts';
import { OriginTimeout } from './response-limits.ts';
import { type OriginRequest, StaleConnection, sendRequest } from './send-request.ts';

export type OriginFailure = 'unreachable' | 'timeout';

export interface OriginResponse {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Readable | Buffer;
  /** Set when the origin gave no response and the edge made this one. */
  readonly failure?: OriginFailure;
}

/** A viewer's request on its way to any origin: `headersFor` adds what depends on the origin. */
export interface ForwardedRequest {
  readonly request: EdgeRequest;
  readonly query: string;
  readonly headersFor: (origin: Origin) => Fields;
  readonly body: Readable | undefined;
}

/** Never rejects: an origin that cannot be reached or does not answer in time is a response of the edge. */
export async function askOrigin(
  origin: Origin,
  request: OriginRequest,
  connections: OriginConnections,
): Promise<OriginResponse> {
  // Other methods are asked once, whatever the number of attempts is.
  const attempts = request.method === 'GET' || request.method === 'HEAD' ? origin.attempts : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnLiveConnection(origin, request, connections);
    } catch (error) {
      const isAskedAgain = error instanceof OriginTimeout && error.limit === 'read' && attempt < attempts;
      if (!isAskedAgain) return failedResponse(error);
    }
  }
}

// RFC 9110, section 9.2.2: what may be sent again when nobody knows whether it arrived.
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

async function sendOnLiveConnection(origin: Origin, request: OriginRequest, connections: OriginConnections) {
  for (;;) {
    try {
      return await sendRequest(origin, request, connections);
    } catch (error) {
      // Each try takes a connection out of those that are kept. A body that was read cannot be read again.
      const maySendAgain = request.body === undefined && IDEMPOTENT.has(request.method);
      if (!(error instanceof StaleConnection && maySendAgain)) throw error;
    }
  }
}

function failedResponse(error: unknown): OriginResponse {
  if (error instanceof OriginTimeout) {
    return {
      ...errorPage(504, "We can't connect to the server for this app or website at this time."),
      failure: 'timeout',
    };
  }
  const page = errorPage(502, `CloudFront wasn't able to connect to the origin. (${reasonOf(error)})`);
  return { ...page, failure: 'unreachable' };
}
