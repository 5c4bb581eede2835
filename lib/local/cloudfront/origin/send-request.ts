import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import type { Origin } from '../configuration/origins.ts';
import { type Fields, fieldOf, withoutHopByHop } from '../message/fields.ts';
import type { OriginConnections } from './origin-agent.ts';
import { ResponseLimits } from './response-limits.ts';

export interface OriginRequest {
  readonly method: string;
  /** As it goes into the request line, before the origin's own path. */
  readonly target: string;
  readonly headers: Readonly<Fields>;
  readonly body: Readable | undefined;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Fields;
  /** Ends with an error when the origin breaks off or takes too long. */
  readonly body: Readable;
}

/** A connection that was kept and that the origin ended as the request came: it says nothing about the origin. */
export class StaleConnection extends Error {}

/** Sends once. Rejects with an OriginTimeout, a StaleConnection, or what went wrong with the connection. */
export function sendRequest(
  origin: Origin,
  request: OriginRequest,
  connections: OriginConnections,
): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const agent = connections.agentFor(origin);
    const outgoing = http.request({
      host: origin.url.hostname,
      port: origin.url.port,
      method: request.method,
      path: pathAt(origin, request.target),
      headers: request.headers,
      agent,
    });
    const limits = new ResponseLimits(origin, connections.clock, (error) => outgoing.destroy(error));
    outgoing.on('finish', () => limits.awaitPacket());
    outgoing.on('close', () => limits.end());
    outgoing.on('error', (error) => reject(isStale(outgoing, error) ? new StaleConnection(error.message) : error));
    outgoing.on('response', (response) => {
      agent.noteKeepAlive(response.socket, fieldOf(response.headers, 'keep-alive'));
      const headers = withoutHopByHop({ ...response.headers });
      resolve({ status: response.statusCode ?? 502, headers, body: watched(response, limits) });
    });
    // A viewer who sends slowly is not the origin's fault: with a body, time runs from the end of it.
    if (request.body === undefined) limits.awaitPacket();
    if (request.body === undefined) outgoing.end();
    else request.body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing);
  });
}

function isStale(outgoing: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function watched(response: IncomingMessage, limits: ResponseLimits): Readable {
  const awaitPacket = () => limits.awaitPacket(() => body.readableLength > 0);
  const body = new Transform({
    transform: (chunk, _encoding, done) => {
      awaitPacket();
      done(null, chunk);
    },
  });
  awaitPacket();
  pipeline(response, body, () => limits.end());
  // Until somebody reads, nobody else would hear of an error.
  return body.on('error', () => undefined);
}

// Put together as text: parsing it as a URL would resolve `//` and `..`.
function pathAt(origin: Origin, target: string): string {
  const base = origin.url.pathname.replace(/\/$/, '');
  return `${base}${origin.path}${target}`;
}
