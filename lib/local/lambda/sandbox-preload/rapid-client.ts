/**
 * Stands in for `rapid-client.node`, the compiled part of aws-lambda-ric: same functions, over node:http. The compiled one
 * needs a C++ toolchain at install time and is not built on macOS at all.
 */
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { keepCompiled } from './compile-cache.ts';
import { CLOCK_HEADER } from './protocol.ts';
import { moveClock } from './sandbox-clock.ts';

// One socket: a response is on the wire before the request for the next event.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

export function initializeClient(): void {}

export async function next(): Promise<{ bodyJson: string; headers: IncomingHttpHeaders }> {
  const asked = call('GET', '/invocation/next');
  keepCompiled();
  const response = await asked;
  // The pipe tells of each move too, but may come later than the event.
  moveClock(response.headers[CLOCK_HEADER]);
  return response;
}

export function done(requestId: string, body: string): void {
  call('POST', `/invocation/${requestId}/response`, body).catch(exit);
}

export function error(requestId: string, body: string): void {
  call('POST', `/invocation/${requestId}/error`, body).catch(exit);
}

function call(
  method: string,
  path: string,
  body?: string,
): Promise<{ bodyJson: string; headers: IncomingHttpHeaders }> {
  const headers: OutgoingHttpHeaders =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const url = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (incoming) => {
      text(incoming).then((bodyJson) => resolve({ bodyJson, headers: incoming.headers }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The stack that this sandbox belongs to has stopped. */
function exit(): void {
  process.exit(1);
}
