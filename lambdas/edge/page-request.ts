// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import { percentDecode } from '../../lib/basics/percent-encoding.ts';
import {
  pageKeyOf,
  partBrokenBy,
  type QueryParameter,
  ruleBrokenBy,
  uriOfPageKey,
} from '../../lib/core/page/page-key.ts';
import { isFilePath, isInternalPath, normalizePath } from '../../lib/core/page/url-path.ts';
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
  const page = pageKeyOf(request.uri, allowedParameters(request.querystring, config.allowQuery), config);
  if ('fault' in page) {
    const problem = `the ${partBrokenBy(page.fault)} must be one ${ruleBrokenBy(page.fault)}`;
    const isTooLong = page.fault === 'too-long' || page.fault === 'query-too-long';
    return isTooLong ? text(414, 'URI Too Long', problem, {}) : text(400, 'Bad Request', problem, {});
  }
  const path = normalizePath(request.uri);
  const canonical = canonicalPath(path, config.trailingSlash);
  if (canonical !== path) return redirect(request, canonical);
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

/** Browsers take tabs and line ends out of a URL: `/<tab>/other.example` would be another site. */
function withoutControls(url: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return url.replace(/[\x00-\x20\x7f]/g, encodeURIComponent);
}

/** A name that is not valid percent-encoding is taken as it is: it is none of the allowed ones. */
function decodeName(name: string): string {
  return percentDecode(name.replace(/\+/g, ' ')) || name;
}

/** As Astro does: https://github.com/withastro/astro/blob/main/packages/astro/src/core/routing/trailing-slash-handler.ts */
function canonicalPath(path: string, trailingSlash: EdgeConfig['trailingSlash']): string {
  if (path === '/' || isInternalPath(path)) return path;
  const single = path.replace(/\/{2,}$/, trailingSlash === 'never' ? '' : '/') || '/';
  if (single !== path || trailingSlash === 'ignore') return single;
  const hasSlash = path.charAt(path.length - 1) === '/';
  if (trailingSlash === 'never') return hasSlash ? path.slice(0, -1) : path;
  return hasSlash || isFilePath(path) ? path : `${path}/`;
}

function redirect(request: EdgeRequest, path: string): EdgeResponse {
  const pairs: string[] = [];
  forEachParameter(request.querystring, (name, value) => {
    pairs.push(value === '' ? name : `${name}=${value}`);
  });
  const location = { value: withoutControls(pairs.length === 0 ? path : `${path}?${pairs.join('&')}`) };
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
