// What names a variant of an image. This file is also bundled into the CloudFront function image-request, whose language
// lacks what page-key.ts says.
import { encodeFilePath, percentDecode, percentEncode } from '../basics/percent-encoding.ts';

/** What the query of a request for an image is read by: the same at the edge and in the function. */
export interface ImageRules {
  /** Names of the query parameters that a variant depends on, in order. Empty: all of them. */
  readonly parameters: readonly string[];
  /** Widths that are made; any other becomes the nearest of them. Empty: any width. */
  readonly widths: readonly number[];
  /** The URL path of files with a hash in their name, with a slash at its end: `/docs/_astro/`. */
  readonly assets: string;
  /** Keys of variants of sources that do not depend on the deployment begin with it: `images/<version>`. */
  readonly sharedPrefix: string;
  /** Keys of variants of files of `public/`: `images/<version>-<deployment>`. */
  readonly ownPrefix: string;
}

/** A query parameter, decoded. */
export interface ImageParameter {
  readonly name: string;
  readonly value: string;
}

export type HashText = (text: string) => string;

/** SHA-256 in hex is cut to this: 128 bits. */
const HASH_LENGTH = 32;

/** The parameters that count, each once, in an order of their own. Names and values are as in a URL. */
export function imageParameters(query: readonly ImageParameter[], rules: ImageRules): ImageParameter[] {
  const found: ImageParameter[] = [];
  for (let i = 0; i < query.length; i++) {
    const given = query[i] as ImageParameter;
    const parameter = { name: decoded(given.name), value: decoded(given.value) };
    if (isKnown(parameter.name, rules) && parameterIn(found, parameter.name) === undefined) {
      found.push({ name: parameter.name, value: valueThatCounts(parameter, rules) });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of a repeated parameter the first one counts, as in `URLSearchParams`. */
export function parameterIn(parameters: readonly ImageParameter[], name: string): string | undefined {
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as ImageParameter;
    if (parameter.name === name) return parameter.value;
  }
  return undefined;
}

/** `f=webp&href=%2F_astro%2Fa.png&w=300` */
export function imageQuery(parameters: readonly ImageParameter[]): string {
  return parameters.map((each) => `${percentEncode(each.name)}=${percentEncode(each.value)}`).join('&');
}

/** Where the variants of one source are: `images/<version>/<hash of the source>`. */
export function sourcePrefix(href: string, rules: ImageRules, hashText: HashText): string {
  const isOwn = href.charAt(0) === '/' && href.slice(0, rules.assets.length) !== rules.assets;
  return `${isOwn ? rules.ownPrefix : rules.sharedPrefix}/${hashText(href).slice(0, HASH_LENGTH)}`;
}

/** The key of a variant, which is also the path for which CloudFront asks the function and S3. */
export function variantKey(parameters: readonly ImageParameter[], rules: ImageRules, hashText: HashText): string {
  const source = sourcePrefix(parameterIn(parameters, 'href') || '', rules, hashText);
  return `${source}/${hashText(imageQuery(parameters)).slice(0, HASH_LENGTH)}`;
}

/**
 * The one name of a source: the path of a file without what is no part of it, or the URL of an image elsewhere. Else one
 * source could be asked for by any number of names, and the bounds of a source would bound nothing.
 */
export function sourceName(href: string): string {
  if (href.charAt(0) !== '/' || href.charAt(1) === '/') return href.split('#')[0] as string;
  const path = href.split(/[?#]/)[0] as string;
  const text = percentDecode(path);
  return encodeFilePath(text === undefined ? path : text) || '/';
}

/** A text that is not valid percent-encoding is taken as it is. */
function decoded(text: string): string {
  const blanks = text.replace(/\+/g, ' ');
  const value = percentDecode(blanks);
  return value === undefined ? blanks : value;
}

function isKnown(name: string, rules: ImageRules): boolean {
  return rules.parameters.length === 0 || rules.parameters.indexOf(name) !== -1;
}

function valueThatCounts(parameter: ImageParameter, rules: ImageRules): string {
  if (parameter.name === 'href') return sourceName(parameter.value);
  return parameter.name === 'w' ? madeWidth(parameter.value, rules.widths) : parameter.value;
}

function madeWidth(text: string, widths: readonly number[]): string {
  if (widths.length === 0 || !/^\d+$/.test(text)) return text;
  const wanted = Number(text);
  let nearest = widths[0] as number;
  for (let i = 1; i < widths.length; i++) {
    const width = widths[i] as number;
    if (Math.abs(width - wanted) < Math.abs(nearest - wanted)) nearest = width;
  }
  return String(nearest);
}
