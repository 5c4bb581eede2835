import type { IncomingMessage } from 'node:http';
import type { Fields } from './fields.ts';

/** A viewer's request as it travels through the edge. */
export interface EdgeRequest {
  readonly method: string;
  /** The path as the viewer or the viewer-request function wrote it: percent-encoded, never normalised. */
  readonly uri: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Fields>;
  readonly viewer: { readonly address: string; readonly port: number };
}

/**
 * The local edge speaks http, the real one https. So that functions, the origins and what they compute from a URL see
 * what they see on AWS, the viewer's own `Origin` and `Referer` become https here, and `toLocalScheme` turns redirects
 * to the viewer's own authority back. Without it, Astro's origin check refuses every form post.
 */
export function readEdgeRequest(nodeRequest: IncomingMessage): EdgeRequest {
  const target = nodeRequest.url ?? '/';
  // A request line may carry an absolute URL (RFC 9112, section 3.2.2).
  const path = /^https?:\/\//i.test(target) ? target.replace(/^https?:\/\/[^/?]*/i, '') : target;
  const question = path.indexOf('?');
  const uri = question < 0 ? path : path.slice(0, question);
  const headers: Fields = { ...nodeRequest.headers };
  for (const name of ['origin', 'referer']) headers[name] = toPublicScheme(headers[name], nodeRequest.headers.host);
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
  if (nodeRequest.httpVersion === '1.0') delete headers['accept-encoding'];
  for (const [name, value] of Object.entries(headers)) if (value === undefined) delete headers[name];
  return {
    method: nodeRequest.method ?? 'GET',
    uri: uri === '' ? '/' : uri,
    query: question < 0 ? '' : path.slice(question + 1),
    headers,
    viewer: { address: nodeRequest.socket.remoteAddress ?? '127.0.0.1', port: nodeRequest.socket.remotePort ?? 0 },
  };
}

function toPublicScheme(value: string | string[] | undefined, host: string | undefined): string | string[] | undefined {
  if (typeof value !== 'string' || host === undefined) return value;
  return isOwn(value, `http://${host}`) ? `https${value.slice('http'.length)}` : value;
}

export function toLocalScheme(headers: Readonly<Fields>, host: string | undefined): Fields {
  const location = headers.location;
  if (typeof location !== 'string' || host === undefined || !isOwn(location, `https://${host}`)) return { ...headers };
  return { ...headers, location: `http${location.slice('https'.length)}` };
}

function isOwn(url: string, origin: string): boolean {
  return url === origin || /^[/?#]/.test(url.startsWith(origin) ? url.slice(origin.length) : '');
}

/** CloudFront refuses a GET or HEAD that brings a body with 403. */
export function hasBody(headers: Readonly<Fields>): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
