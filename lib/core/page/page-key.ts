// The one string that names a page. This file is also bundled into the CloudFront function, whose runtime
// (cloudfront-js-2.0) has no destructuring, spread, for-of, default parameters, optional chaining or URL class:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
import { percentDecode, percentEncode } from '../../basics/percent-encoding.ts';

/**
 * Decoded, absolute and canonical: `/blog/a/index.html`, `/rss.xml`, and with query parameters `/search/!(page)(2)`.
 * The S3 key is `deployments/<id>` + the page key, so that S3 alone can serve the page.
 *
 * A segment of the path that begins with `!` gets a second one, so no path can be mistaken for a query.
 */
export type PageKey = string & { readonly __brand: 'PageKey' };

export type PageKeyFault =
  | 'not-absolute'
  | 'empty-segment'
  | 'dot-segment'
  | 'encoded-slash'
  | 'control-character'
  | 'bad-encoding'
  | 'too-long'
  | 'bad-query-encoding'
  | 'query-too-long';

/** Name and value as in the URL: percent-encoded, `+` for a space. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

export type PageKeyOrFault = { readonly pageKey: PageKey } | { readonly fault: PageKeyFault };

const RULES: Readonly<Record<PageKeyFault, string>> = {
  'not-absolute': 'that begins with a slash',
  'empty-segment': 'without an empty segment (//)',
  'dot-segment': 'without a . or .. segment',
  'encoded-slash': 'without an encoded slash or a backslash',
  'control-character': 'without a control character',
  'bad-encoding': 'in valid percent-encoding',
  'too-long': 'of at most 1,024 bytes, and 960 as a key of S3',
  'bad-query-encoding': 'in valid percent-encoding',
  'query-too-long': 'of at most 960 bytes together with the path',
};

const MAX_PATH_BYTES = 1024;
// S3 allows 1,024 bytes a key. The rest is for `deployments/<id>` and `_isr/leases/<id>`.
const MAX_KEY_BYTES = 960;
const INDEX = 'index.html';
const HAS_EXTENSION = /\.[A-Za-z][A-Za-z0-9]*$/;
const FAULTY_SLASH = /%2f|%5c|\\/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL_CHARACTER = /[\x00-\x1f\x7f]/;

/**
 * `path` as in a request line, without its query. `/isr`, `/isr/` and `/isr/index.html` are one page.
 * The order of parameters with different names does not matter.
 */
export function pageKeyOf(path: string, parameters?: readonly QueryParameter[]): PageKeyOrFault {
  const segments = segmentsOf(path);
  if (typeof segments === 'string') return { fault: segments };
  const query = parameters === undefined || parameters.length === 0 ? '' : querySegmentOf(parameters);
  if (query === undefined) return { fault: 'bad-query-encoding' };
  const pageKey = joinKey(segments, query) as PageKey;
  if (byteLength(pageKey) <= MAX_KEY_BYTES) return { pageKey: pageKey };
  const isPathTooLong = byteLength(joinKey(segments, '')) > MAX_KEY_BYTES;
  return { fault: isPathTooLong ? 'too-long' : 'query-too-long' };
}

/** The page key as a percent-encoded path, only unreserved characters left as they are: what CloudFront asks S3 for. */
export function uriOfPageKey(pageKey: PageKey): string {
  return pageKey.split('/').map(percentEncode).join('/');
}

/** The page key that a URI of `uriOfPageKey` stands for; `undefined` for any other URI. */
export function pageKeyOfUri(uri: string): PageKey | undefined {
  const pageKey = FAULTY_SLASH.test(uri) ? undefined : (percentDecode(uri) as PageKey | undefined);
  if (pageKey === undefined || pageKey.charAt(0) !== '/') return undefined;
  const query = queryOfPageKey(pageKey);
  const parameters = query === '' ? [] : query.split('&').map(parameterOf);
  const result = pageKeyOf(pathOfPageKey(pageKey), parameters);
  return 'pageKey' in result && result.pageKey === pageKey ? pageKey : undefined;
}

/** The percent-encoded path of the page, without a trailing slash: `/caf%C3%A9`, `/rss.xml`, `/`. */
export function pathOfPageKey(pageKey: PageKey): string {
  const segments = pageKey.split('/').slice(1);
  const last = segments[segments.length - 1];
  if (last === INDEX || isQuerySegment(last)) segments.pop();
  return `/${segments.map((segment) => percentEncode(segment.charAt(0) === '!' ? segment.slice(1) : segment)).join('/')}`;
}

/** What `uriOfPageKey` of all pages below `prefix` begins with. `prefix`: percent-encoded as by `pathOfPageKey`, `/blog/`. */
export function keyPrefixOf(prefix: string): string {
  return prefix.replace(/\/%21/g, '/%21%21');
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
  return pathOfPageKey(pageKey) + (query === '' ? '' : `?${query}`);
}

/** What the path of a page must be, as the end of "a path": `without a control character`. */
export function ruleBrokenBy(fault: PageKeyFault): string {
  return RULES[fault];
}

/** What of the URL it is that breaks the rule. */
export function partBrokenBy(fault: PageKeyFault): 'path' | 'query' {
  return fault === 'bad-query-encoding' || fault === 'query-too-long' ? 'query' : 'path';
}

/** Whether the page stands for a file, such as `/rss.xml`: such paths never end in a slash. */
export function isFilePath(path: string): boolean {
  return HAS_EXTENSION.test(path);
}

function parameterOf(pair: string): QueryParameter {
  const end = pair.indexOf('=');
  return { name: pair.slice(0, end), value: pair.slice(end + 1) };
}

function segmentsOf(path: string): string[] | PageKeyFault {
  if (path.charAt(0) !== '/') return 'not-absolute';
  if (byteLength(path) > MAX_PATH_BYTES) return 'too-long';
  const encoded = path.slice(1).split('/');
  if (encoded[encoded.length - 1] === '') encoded.pop();
  const segments: string[] = [];
  for (let i = 0; i < encoded.length; i++) {
    const fault = pushSegment(segments, encoded[i] as string);
    if (fault !== undefined) return fault;
  }
  while (segments[segments.length - 1] === INDEX) segments.pop();
  return segments;
}

function pushSegment(segments: string[], encoded: string): PageKeyFault | undefined {
  if (encoded === '') return 'empty-segment';
  if (FAULTY_SLASH.test(encoded)) return 'encoded-slash';
  const segment = percentDecode(encoded);
  if (segment === undefined) return 'bad-encoding';
  if (segment === '.' || segment === '..') return 'dot-segment';
  if (CONTROL_CHARACTER.test(segment)) return 'control-character';
  segments.push(segment);
  return undefined;
}

function joinKey(segments: readonly string[], query: string): string {
  const escaped = segments.map((segment) => (segment.charAt(0) === '!' ? `!${segment}` : segment));
  const last = escaped[escaped.length - 1];
  if (query !== '') escaped.push(query);
  else if (last === undefined || !HAS_EXTENSION.test(last)) escaped.push(INDEX);
  return `/${escaped.join('/')}`;
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

/** `*XX` in place of `%XX`: S3 decodes percent signs, and a key must survive that. */
function encodeParameter(text: string): string | undefined {
  const decoded = percentDecode(text.replace(/\+/g, ' '));
  return decoded === undefined ? undefined : percentEncode(decoded).replace(/%/g, '*');
}

function byteLength(text: string): number {
  return encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, '_').length;
}
