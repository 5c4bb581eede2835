// The one string that names a page. This file is also bundled into the CloudFront function, whose runtime
// (cloudfront-js-2.0) has no destructuring, spread, for-of, default parameters, optional chaining or URL class:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
import { encodePath, percentDecode, percentEncode } from '../../basics/percent-encoding.ts';
import type { TrailingSlash } from '../site.ts';
import { escapeSegment, hasKeptEscape, keySegmentOf, requestSegmentOf } from './key-segment.ts';
import { isFileName, normalizePath } from './url-path.ts';

/**
 * Absolute and canonical: `/blog/a/index.html`, `/rss.xml`, and with query parameters `/search/!(page)(2)`. The S3 key is
 * `deployments/<id>` + the page key, so that S3 alone can serve the page.
 *
 * A segment is decoded text, unless it has an escape that means another thing than the character (`a%2Fb`): then it is
 * `!*a*2Fb`. Where a slash at the end makes a difference, `!slash` or `!bare` say which it is, and `!index` says that the
 * path ended in `/index.html`. A segment that begins with `!` itself gets a second one.
 */
export type PageKey = string & { readonly __brand: 'PageKey' };

export type PageKeyFault = 'not-absolute' | 'bad-encoding' | 'too-long' | 'bad-query-encoding' | 'query-too-long';

/** Name and value as in the URL: percent-encoded, `+` for a space. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** Which URLs are one page. */
export interface UrlStyle {
  readonly trailingSlash: TrailingSlash;
  /** `/about.html` and `/about/index.html` are `/about`. */
  readonly hasHtmlEndings: boolean;
}

export type PageKeyOrFault = { readonly pageKey: PageKey } | { readonly fault: PageKeyFault };

/** What the path says at its end, where pages differ by it. */
type Ending = '' | 'slash' | 'bare' | 'index';

interface PathParts {
  readonly segments: readonly string[];
  readonly ending: Ending;
}

const RULES: Readonly<Record<PageKeyFault, string>> = {
  'not-absolute': 'that begins with a slash',
  'bad-encoding': 'in valid percent-encoding',
  'too-long': 'of at most 1,024 bytes, and 960 as a key of S3',
  'bad-query-encoding': 'in valid percent-encoding',
  'query-too-long': 'of at most 960 bytes together with the path',
};

/** For those who know nothing of the site: with and without a slash, a path names one page. */
const LENIENT: UrlStyle = { trailingSlash: 'ignore', hasHtmlEndings: false };
const MAX_PATH_BYTES = 1024;
// S3 allows 1,024 bytes a key. The rest is for `deployments/<id>` and `_isr/leases/<id>`.
const MAX_KEY_BYTES = 960;
const INDEX = 'index.html';
const ENDING = /^!(slash|bare|index)$/;
const HTML_NAME = /[^.]\.html$/;

/**
 * `path` as in a request line, without its query. It is read as URL parsers read it: `/a/../b` and `\\b` are `/b`. As for
 * Astro, `//a` is `/a`. The order of parameters with different names does not matter.
 */
export function pageKeyOf(path: string, parameters?: readonly QueryParameter[], style?: UrlStyle): PageKeyOrFault {
  const parts = partsOfPath(path, style === undefined ? LENIENT : style);
  if (typeof parts === 'string') return { fault: parts };
  const query = parameters === undefined || parameters.length === 0 ? '' : querySegmentOf(parameters);
  if (query === undefined) return { fault: 'bad-query-encoding' };
  const pageKey = joinKey(parts, query);
  if (byteLength(pageKey) <= MAX_KEY_BYTES) return { pageKey: pageKey };
  return { fault: byteLength(joinKey(parts, '')) > MAX_KEY_BYTES ? 'too-long' : 'query-too-long' };
}

/** The page key as a percent-encoded path, only unreserved characters left as they are: what CloudFront asks S3 for. */
export function uriOfPageKey(pageKey: PageKey): string {
  return pageKey.split('/').map(percentEncode).join('/');
}

/** The page key that a URI of `uriOfPageKey` stands for; `undefined` for any other URI. */
export function pageKeyOfUri(uri: string): PageKey | undefined {
  const pageKey = /%2f|%5c/i.test(uri) ? undefined : (percentDecode(uri) as PageKey | undefined);
  if (pageKey === undefined || pageKey.charAt(0) !== '/') return undefined;
  const parts = partsOfKey(pageKey);
  const query = queryOfPageKey(pageKey);
  const querySegment = query === '' ? '' : querySegmentOf(query.split('&').map(parameterOf));
  const isCanonical = parts.segments.every((segment) => keySegmentOf(requestSegmentOf(segment)) === segment);
  if (!isCanonical || querySegment === undefined || byteLength(pageKey) > MAX_KEY_BYTES) return undefined;
  return joinKey(parts, querySegment) === pageKey ? pageKey : undefined;
}

/**
 * The name of the page in the ledger and in tags: the percent-encoded path without a trailing slash, `/caf%C3%A9`,
 * `/rss.xml`, `/`. Spellings of one path that are pages of their own have one name, so a revalidation covers them all.
 */
export function pathOfPageKey(pageKey: PageKey): string {
  const parts = partsOfKey(pageKey);
  const names = parts.segments.map((segment) => percentEncode(percentDecode(requestSegmentOf(segment)) || ''));
  if (parts.ending === 'index') names.push(INDEX);
  return `/${names.join('/')}`;
}

/** Whether the page may have its name in common with others: see `pathOfPageKey`. */
export function mayShareName(pageKey: PageKey): boolean {
  const parts = partsOfKey(pageKey);
  const last = parts.segments[parts.segments.length - 1] || '';
  const isOdd = (segment: string): boolean => hasKeptEscape(segment) || /[;:@&=+$,]/.test(segment);
  return parts.ending !== '' || isFileName(last) || parts.segments.some(isOdd);
}

/**
 * The page whose path differs by nothing but the slash at its end, where these are two pages: `/tags/node.js` and
 * `/tags/node.js/`. Which of them the site has, only its routes know.
 */
export function slashTwinOf(pageKey: PageKey): PageKey | undefined {
  const parts = partsOfKey(pageKey);
  const last = parts.segments[parts.segments.length - 1];
  if (last === undefined || !isFileName(last) || parts.ending === 'index') return undefined;
  const query = pageKey.slice(pageKey.lastIndexOf('/') + 1);
  const ending = parts.ending === 'slash' ? '' : 'slash';
  return joinKey({ segments: parts.segments, ending: ending }, isQuerySegment(query) ? query : '');
}

/** The path to ask the site for: `/caf%C3%A9/`, `/a,b`. `trailingSlash` decides where the key does not. */
export function requestPathOfPageKey(pageKey: PageKey, trailingSlash: TrailingSlash): string {
  const parts = partsOfKey(pageKey);
  const last = parts.segments[parts.segments.length - 1];
  const path = parts.segments.map((segment) => `/${requestSegmentOf(segment)}`).join('');
  if (parts.ending === 'index') return `${path}/${INDEX}`;
  const isFile = last !== undefined && isFileName(last);
  const hasSlash = parts.ending === '' ? trailingSlash === 'always' && !isFile : parts.ending === 'slash';
  return hasSlash || path === '' ? `${path}/` : path;
}

/**
 * The key under which the build's page for the same file stands, if it is another one: files have no query, `/a%2Cb` is
 * the file of `/a,b`, and `/a/index.html` that of `/a/`.
 */
export function fileKeyOf(pageKey: PageKey): PageKey | undefined {
  const parts = partsOfKey(pageKey);
  const texts = parts.segments.map((segment) => percentDecode(requestSegmentOf(segment)) || '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (texts.some((text) => /[\x00-\x1f\x7f/\\]/.test(text))) return undefined;
  const segments = texts.map(escapeSegment);
  const isFolder = parts.ending === 'index';
  const fileKey = joinKey(
    isFolder ? withEnding(segments, true, LENIENT) : { segments: segments, ending: parts.ending },
    '',
  );
  return fileKey === pageKey ? undefined : fileKey;
}

/** What `uriOfPageKey` of pages below `prefix` begins with. `prefix`: percent-encoded as by `pathOfPageKey`, `/blog/`. */
export function keyPrefixesOf(prefix: string): string[] {
  const names = prefix.split('/');
  const plain = names.map((name) => percentEncode(escapeSegment(percentDecode(name) || '')));
  const kept = names.map((name) => percentEncode(keySegmentOf(name) || ''));
  const prefixes = [plain.join('/'), kept.join('/')];
  return prefixes[0] === prefixes[1] ? prefixes.slice(1) : prefixes;
}

/** `page=2&sort=x`, percent-encoded; empty when the key has no query. */
export function queryOfPageKey(pageKey: PageKey): string {
  const last = pageKey.slice(pageKey.lastIndexOf('/') + 1);
  if (!isQuerySegment(last)) return '';
  const parts = last.slice(2, -1).replace(/\*/g, '%').split(')(');
  const pairs: string[] = [];
  for (let i = 0; i < parts.length; i += 2) pairs.push(`${parts[i]}=${parts[i + 1]}`);
  return pairs.join('&');
}

/** The path of the page with its query, as in a URL: `/search?page=2`. */
export function urlPathOfPageKey(pageKey: PageKey): string {
  const query = queryOfPageKey(pageKey);
  return requestPathOfPageKey(pageKey, 'ignore') + (query === '' ? '' : `?${query}`);
}

/** What the path of a page must be, as the end of "a path": `that begins with a slash`. */
export function ruleBrokenBy(fault: PageKeyFault): string {
  return RULES[fault];
}

/** What of the URL it is that breaks the rule. */
export function partBrokenBy(fault: PageKeyFault): 'path' | 'query' {
  return fault === 'bad-query-encoding' || fault === 'query-too-long' ? 'query' : 'path';
}

function parameterOf(pair: string): QueryParameter {
  const end = pair.indexOf('=');
  return { name: pair.slice(0, end), value: pair.slice(end + 1) };
}

function partsOfPath(path: string, style: UrlStyle): PathParts | PageKeyFault {
  if (path.charAt(0) !== '/') return 'not-absolute';
  if (encodePath(path) === undefined) return 'bad-encoding';
  if (byteLength(path) > MAX_PATH_BYTES) return 'too-long';
  const encoded = normalizePath(path).split('/');
  const segments: string[] = [];
  for (let i = 0; i < encoded.length; i++) {
    if (encoded[i] === '') continue;
    const segment = keySegmentOf(encoded[i] as string);
    if (segment === undefined) return 'bad-encoding';
    segments.push(segment);
  }
  return withEnding(segments, encoded[encoded.length - 1] === '', style);
}

function withEnding(segments: readonly string[], hasSlash: boolean, style: UrlStyle): PathParts {
  const last = segments[segments.length - 1];
  if (last === undefined) return { segments: segments, ending: '' };
  const folder = segments.slice(0, -1);
  if (last === INDEX && !hasSlash) return { segments: folder, ending: style.hasHtmlEndings ? '' : 'index' };
  if (style.hasHtmlEndings && !hasSlash && HTML_NAME.test(last)) {
    return { segments: folder.concat(last.slice(0, -'.html'.length)), ending: '' };
  }
  if (isFileName(last)) return { segments: segments, ending: hasSlash ? 'slash' : '' };
  if (style.trailingSlash === 'always' && !hasSlash) return { segments: segments, ending: 'bare' };
  return { segments: segments, ending: style.trailingSlash === 'never' && hasSlash ? 'slash' : '' };
}

function partsOfKey(pageKey: PageKey): PathParts {
  const segments = pageKey.split('/').slice(1);
  const last = segments[segments.length - 1];
  if (last === INDEX || isQuerySegment(last)) segments.pop();
  const marker = ENDING.exec(segments[segments.length - 1] || '');
  if (marker === null) return { segments: segments, ending: '' };
  return { segments: segments.slice(0, -1), ending: marker[1] as Ending };
}

function joinKey(parts: PathParts, query: string): PageKey {
  const all = parts.segments.slice();
  const last = all[all.length - 1];
  if (parts.ending !== '') all.push(`!${parts.ending}`);
  if (query !== '') all.push(query);
  else if (parts.ending !== '' || last === undefined || !isFileName(last)) all.push(INDEX);
  return `/${all.join('/')}` as PageKey;
}

function querySegmentOf(parameters: readonly QueryParameter[]): string | undefined {
  const pairs: { name: string; text: string; position: number }[] = [];
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as QueryParameter;
    const name = encodeParameter(parameter.name);
    const value = encodeParameter(parameter.value);
    if (name === undefined || value === undefined) return undefined;
    pairs.push({ name: name, text: `(${name})(${value})`, position: i });
  }
  // `a=1&a=2` and `a=2&a=1` are different pages, so parameters of one name keep their order.
  pairs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.position - b.position));
  return `!${pairs.map((pair) => pair.text).join('')}`;
}

function isQuerySegment(segment: string | undefined): boolean {
  return segment !== undefined && segment.slice(0, 2) === '!(';
}

/** `*XX` in place of `%XX`, as in `encodeText`. */
function encodeParameter(text: string): string | undefined {
  const decoded = percentDecode(text.replace(/\+/g, ' '));
  return decoded === undefined ? undefined : percentEncode(decoded).replace(/%/g, '*');
}

function byteLength(text: string): number {
  return encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, '_').length;
}
