import { isDeepStrictEqual } from 'node:util';
import type { EdgeRequest } from '../message/edge-request.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import { formatQuery } from '../message/query-string.ts';
import type { FunctionEventType } from './edge-function.ts';
import { querystringOf } from './event.ts';
import { isDisallowed, READ_ONLY } from './restricted-headers.ts';

/** A function returned what CloudFront does not accept; it answers 502. */
export class FunctionResultError extends Error {}

export interface FunctionResponse {
  readonly status: number;
  readonly headers: Fields;
  /** Undefined: the function said nothing about the body. */
  readonly body: Buffer | undefined;
}

export type ViewerRequestResult = { readonly request: EdgeRequest } | { readonly response: FunctionResponse };

export function readViewerRequestResult(value: unknown, original: EdgeRequest): ViewerRequestResult {
  const result = objectAt('the returned value', value);
  if (result.statusCode !== undefined) return { response: readFunctionResponse(result, {}, 'viewer-request') };
  const uri = stringAt('request.uri', result.uri);
  if (!/^\/[\x21-\x7e]*$/.test(uri) || uri.includes('?')) {
    throw new FunctionResultError(`request.uri must be an absolute percent-encoded path, got '${uri}'`);
  }
  if (result.method !== original.method) throw new FunctionResultError('request.method is read-only');
  const headers = readHeaders('request.headers', result.headers, original.headers, 'viewer-request');
  const cookie = readPairs('request.cookies', result.cookies ?? {})
    .map(([name, item]) => `${name}=${item}`)
    .join('; ');
  if (cookie !== '') headers.cookie = cookie;
  return { request: { ...original, uri, query: readQuery(result.querystring, original.query), headers } };
}

/** The result of a viewer-response function, or a response that a viewer-request function made itself. */
export function readFunctionResponse(
  value: unknown,
  original: Readonly<Fields>,
  eventType: FunctionEventType,
): FunctionResponse {
  const result = objectAt('the returned value', value);
  const status = result.statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) {
    throw new FunctionResultError(`response.statusCode must be an integer from 100 to 599, got '${String(status)}'`);
  }
  const headers = readHeaders('response.headers', result.headers ?? {}, original, eventType);
  const cookies = readSetCookies(result.cookies ?? {});
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  return { status, headers, body: readBody(result.body) };
}

const MAX_BODY_BYTES = 40 * 1024;

function readBody(value: unknown): Buffer | undefined {
  if (value === undefined) return undefined;
  const { encoding = 'text', data } = typeof value === 'string' ? { data: value } : objectAt('response.body', value);
  if (encoding !== 'text' && encoding !== 'base64') {
    throw new FunctionResultError(`response.body.encoding must be text or base64, got '${String(encoding)}'`);
  }
  const body = Buffer.from(stringAt('response.body.data', data), encoding === 'base64' ? 'base64' : 'utf8');
  if (body.length > MAX_BODY_BYTES) {
    throw new FunctionResultError(`response.body has ${body.length} bytes; at most ${MAX_BODY_BYTES} are allowed`);
  }
  return body;
}

function readQuery(value: unknown, original: string): string {
  const pairs = objectAt('request.querystring', value ?? {});
  // A query that the function left alone goes on byte for byte: `?a&b=` keeps its missing equals sign.
  if (isDeepStrictEqual({ ...pairs }, { ...querystringOf(original) })) return original;
  return formatQuery(readPairs('request.querystring', pairs).map(([name, item]) => ({ name, value: item })));
}

function readHeaders(where: string, value: unknown, original: Readonly<Fields>, eventType: FunctionEventType): Fields {
  const headers: Fields = {};
  for (const [name, item] of readPairs(where, value)) {
    if (name !== name.toLowerCase()) throw new FunctionResultError(`${where}['${name}'] must be in lower case`);
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
      throw new FunctionResultError(`${where}['${name}'] is no header name`);
    if (isDisallowed(name)) throw new FunctionResultError(`${where}['${name}'] may not be added by a function`);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(item)) throw new FunctionResultError(`${where}['${name}'] has an invalid value`);
    headers[name] = headers[name] === undefined ? item : `${fieldOf(headers, name)}, ${item}`;
  }
  for (const name of READ_ONLY[eventType]) {
    if (fieldOf(headers, name) !== fieldOf(original, name)) {
      throw new FunctionResultError(`${where}['${name}'] is read-only in a ${eventType} function`);
    }
  }
  return headers;
}

/** `{ name: { value } }` or `{ name: { multiValue: [{ value }] } }`, flattened. */
function readPairs(where: string, value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(objectAt(where, value)).flatMap(([name, entry]) => {
    const at = `${where}['${name}']`;
    const item = objectAt(at, entry);
    const values = Array.isArray(item.multiValue) && item.multiValue.length > 0 ? item.multiValue : [item];
    return values.map((each) => [name, stringAt(`${at}.value`, objectAt(at, each).value)] as const);
  });
}

function readSetCookies(value: unknown): string[] {
  return Object.entries(objectAt('response.cookies', value)).flatMap(([name, entry]) => {
    const item = objectAt(`response.cookies['${name}']`, entry);
    const cookies = Array.isArray(item.multiValue) && item.multiValue.length > 0 ? item.multiValue : [item];
    return cookies.map((each) => {
      const cookie = objectAt(`response.cookies['${name}']`, each);
      const attributes = cookie.attributes === undefined || cookie.attributes === '' ? '' : `; ${cookie.attributes}`;
      return `${name}=${stringAt(`response.cookies['${name}'].value`, cookie.value)}${attributes}`;
    });
  });
}

function objectAt(where: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FunctionResultError(`${where} is missing or is not an object`);
}

function stringAt(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new FunctionResultError(`${where} is missing or is not a string`);
}
