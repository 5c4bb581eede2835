import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
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
 * To functions and origins every viewer comes by https, as on AWS. A viewer of this machine may come by http: then its
 * own `Origin` and `Referer` become https here. Without it, Astro's origin check refuses every form post.
 */
export function readEdgeRequest(nodeRequest: IncomingMessage): EdgeRequest {
  const target = nodeRequest.url ?? '/';
  // A request line may carry an absolute URL (RFC 9112, section 3.2.2).
  const path = /^https?:\/\//i.test(target) ? target.replace(/^https?:\/\/[^/?]*/i, '') : target;
  const question = path.indexOf('?');
  const uri = question < 0 ? path : path.slice(0, question);
  const headers: Fields = { ...nodeRequest.headers };
  if (isPlain(nodeRequest)) {
    for (const name of ['origin', 'referer']) headers[name] = toPublicScheme(headers[name], nodeRequest.headers.host);
  }
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

function isOwn(url: string, origin: string): boolean {
  return url === origin || /^[/?#]/.test(url.startsWith(origin) ? url.slice(origin.length) : '');
}

/** Whether the viewer came by http. */
export function isPlain({ socket }: IncomingMessage): boolean {
  return !(socket instanceof TLSSocket);
}

/** CloudFront refuses a GET or HEAD that brings a body with 403. */
export function hasBody(headers: Readonly<Fields>): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
