import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawResponse {
  readonly status: number;
  /** Lower-case names; several values of one name are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request with the path exactly as given: `fetch` would resolve `..` and encode it anew. */
export function ask(origin: string, path: string, options: RawRequest = {}): Promise<RawResponse> {
  const { hostname, port } = new URL(origin);
  const { method = 'GET', headers = {}, body } = options;
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
    const status = response.statusCode ?? 0;
    const fields = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
    buffer(response).then(
      (content) => resolve({ status, headers: Object.fromEntries(fields), body: content.toString('utf8') }),
      reject,
    );
  });
  sent.on('error', reject).end(body);
  return promise;
}
