// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import { percentDecode } from '../../lib/basics/percent-encoding.ts';
import {
  isFilePath,
  pageKeyOf,
  partBrokenBy,
  type QueryParameter,
  ruleBrokenBy,
  uriOfPageKey,
} from '../../lib/core/page/page-key.ts';
import type { EdgeConfig } from '../../lib/handover/edge-config.ts';
import type { EdgeEvent, EdgeRequest, EdgeResponse, EdgeValue } from './event.ts';
import { isKnownToken } from './token.ts';
import { setTrustedHeaders } from './trusted-headers.ts';

export function handler(event: EdgeEvent): EdgeRequest | EdgeResponse {
  const result = rewrite(event.request, '__ISR_EDGE_CONFIG__' as unknown as EdgeConfig);
  // A site without a name of its own is rendered for this one. The viewer's `Host` may be anything.
  if ('uri' in result) result.headers['x-forwarded-host'] = { value: event.context.distributionDomainName };
  return result;
}

function rewrite(request: EdgeRequest, config: EdgeConfig): EdgeRequest | EdgeResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, 'Method Not Allowed', 'pages answer GET and HEAD only', { allow: { value: 'GET, HEAD' } });
  }
  const page = pageKeyOf(request.uri, allowedParameters(request.querystring, config.allowQuery));
  if ('fault' in page) {
    const problem = `the ${partBrokenBy(page.fault)} must be one ${ruleBrokenBy(page.fault)}`;
    return text(400, 'Bad Request', problem, {});
  }
  const path = canonicalPath(request.uri, config.trailingSlash);
  if (path !== request.uri) return redirect(request, path);
  setTrustedHeaders(request);
  keepKnownTokens(request, config.tokenHashes);
  request.uri = config.prefix + uriOfPageKey(page.pageKey);
  request.querystring = {};
  request.cookies = {};
  return request;
}

function keepKnownTokens(request: EdgeRequest, tokenHashes: readonly string[]): void {
  const token = request.headers['x-prerender-revalidate'];
  // The header is part of the cache key. If an unknown token got into it, anybody could fill the cache.
  delete request.headers['x-prerender-revalidate'];
  if (token !== undefined) {
    if (isKnownToken(token.value, tokenHashes)) request.headers['x-prerender-revalidate'] = { value: token.value };
    else console.log('ignored x-prerender-revalidate: the token does not match');
  }
  const draft = request.cookies.__prerender_bypass;
  if (draft !== undefined && isKnownToken(draft.value, tokenHashes)) {
    request.headers['x-isr-draft'] = { value: draft.value };
  }
}

function allowedParameters(query: Record<string, EdgeValue>, allowQuery: readonly string[]): QueryParameter[] {
  const parameters: QueryParameter[] = [];
  forEachParameter(query, (name, value) => {
    if (allowQuery.indexOf(decodeName(name)) !== -1) parameters.push({ name: name, value: value });
  });
  return parameters;
}

function forEachParameter(query: Record<string, EdgeValue>, visit: (name: string, value: string) => void): void {
  const names = Object.keys(query);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const entry = query[name] as EdgeValue;
    const values = entry.multiValue || [entry];
    for (let j = 0; j < values.length; j++) visit(name, (values[j] as EdgeValue).value);
  }
}

/** A name that is not valid percent-encoding is taken as it is: it is none of the allowed ones. */
function decodeName(name: string): string {
  return percentDecode(name.replace(/\+/g, ' ')) || name;
}

function canonicalPath(path: string, trailingSlash: EdgeConfig['trailingSlash']): string {
  // Astro's own paths, which it does not redirect either: https://github.com/withastro/astro (isInternalPath).
  if (path === '/' || /^\/[_@.]/.test(path)) return path;
  const hasSlash = path.charAt(path.length - 1) === '/';
  if (trailingSlash === 'always' && !hasSlash && !isFilePath(path)) return `${path}/`;
  if (trailingSlash === 'never' && hasSlash) return path.slice(0, -1);
  return path;
}

function redirect(request: EdgeRequest, path: string): EdgeResponse {
  const pairs: string[] = [];
  forEachParameter(request.querystring, (name, value) => {
    pairs.push(value === '' ? name : `${name}=${value}`);
  });
  const location = { value: pairs.length === 0 ? path : `${path}?${pairs.join('&')}` };
  return request.method === 'GET'
    ? { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: location } }
    : { statusCode: 308, statusDescription: 'Permanent Redirect', headers: { location: location } };
}

function text(status: number, description: string, message: string, headers: EdgeResponse['headers']): EdgeResponse {
  headers['content-type'] = { value: 'text/plain; charset=utf-8' };
  headers['cache-control'] = { value: 'no-store' };
  return {
    statusCode: status,
    statusDescription: description,
    headers: headers,
    body: { encoding: 'text', data: `${message}\n` },
  };
}
