import http from 'node:http';
import type { Readable } from 'node:stream';
import { reasonOf } from '../../../basics/errors.ts';
import type { Origin } from '../configuration/origins.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { errorPage } from '../message/error-page.ts';
import { type Fields, withoutHopByHop } from '../message/fields.ts';

export type OriginFailure = 'unreachable' | 'timeout';

export interface OriginResponse {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Readable | Buffer;
  /** Set when the origin gave no answer and the edge made this one. */
  readonly failure?: OriginFailure;
}

export interface OriginRequest {
  readonly method: string;
  /** As it goes into the request line, before the origin's own path. */
  readonly target: string;
  readonly headers: Readonly<Fields>;
  readonly body: Readable | undefined;
}

/** A viewer's request on its way to any origin: `headersFor` adds what depends on the origin. */
export interface ForwardedRequest {
  readonly request: EdgeRequest;
  readonly query: string;
  readonly headersFor: (origin: Origin) => Fields;
  readonly body: Readable | undefined;
}

/** Never rejects: an origin that cannot be reached or does not answer in time is an answer of the edge. */
export async function askOrigin(origin: Origin, request: OriginRequest, agent: http.Agent): Promise<OriginResponse> {
  try {
    return await send(origin, request, agent);
  } catch (error) {
    // A kept-alive connection that the origin closed at the same moment says nothing about the origin.
    if (error instanceof StaleConnection && request.body === undefined) {
      return await send(origin, request, agent).catch(failedAnswer);
    }
    return failedAnswer(error);
  }
}

class OriginTimeout extends Error {}
class StaleConnection extends Error {}

function failedAnswer(error: unknown): OriginResponse {
  if (error instanceof OriginTimeout) {
    return {
      ...errorPage(504, "We can't connect to the server for this app or website at this time."),
      failure: 'timeout',
    };
  }
  const reason = reasonOf(error);
  const page = errorPage(502, `CloudFront wasn't able to connect to the origin. (${reason})`);
  return { ...page, failure: 'unreachable' };
}

function send(origin: Origin, request: OriginRequest, agent: http.Agent): Promise<OriginResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        host: origin.url.hostname,
        port: origin.url.port,
        method: request.method,
        path: pathAt(origin, request.target),
        headers: request.headers,
        agent,
      },
      (answer) => {
        const headers = withoutHopByHop({ ...answer.headers });
        resolve({ status: answer.statusCode ?? 502, headers, body: answer });
      },
    );
    // Between two packets too, as on AWS; for an answer that has begun it breaks the connection.
    outgoing.setTimeout(origin.readTimeoutMs, () => outgoing.destroy(new OriginTimeout('the origin did not answer')));
    limitCompletion(origin, outgoing);
    outgoing.on('error', (error) => {
      const isStale = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      reject(isStale ? new StaleConnection(error.message) : error);
    });
    if (request.body === undefined) outgoing.end();
    else request.body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing);
  });
}

function limitCompletion(origin: Origin, outgoing: http.ClientRequest): void {
  if (origin.completionTimeoutMs === undefined) return;
  const timer = setTimeout(
    () => outgoing.destroy(new OriginTimeout('the origin did not complete its answer')),
    origin.completionTimeoutMs,
  );
  outgoing.on('close', () => clearTimeout(timer));
}

// Put together as text: parsing it as a URL would resolve `//` and `..`.
function pathAt(origin: Origin, target: string): string {
  const base = origin.url.pathname.replace(/\/$/, '');
  return `${base}${origin.path}${target}`;
}
