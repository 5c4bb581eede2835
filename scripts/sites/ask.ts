import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks for a path exactly as it is written, and follows no redirect. */
export function ask(origin: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request({ hostname, port, path, headers: { accept: 'text/html,*/*', ...headers }, agent: false }, (response) => {
    const { statusCode: status = 0, headers: received } = response;
    buffer(response).then((body) => resolve({ status, headers: received, body }), reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

export function typeOf({ headers }: Answer): string {
  return String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
}
