import type { Readable } from 'node:stream';
import { formatContentRange } from '../message/byte-ranges.ts';
import type { Fields } from '../message/fields.ts';
import type { OriginResponse } from '../origin/ask-origin.ts';
import type { CachedObject, ObjectHead } from './cached-object.ts';
import { Download } from './download.ts';
import type { FoundPart } from './edge-cache.ts';

export type CacheResult = 'Hit' | 'Miss' | 'RefreshHit';

/** What the edge has for a request, from its cache or an origin, before anything that is done for the viewer. */
export interface EdgeResponse {
  readonly status: number;
  readonly headers: Readonly<Fields>;
  readonly body: Buffer | Readable;
  readonly result: CacheResult;
  /** False for a HEAD that an origin answered: its Content-Length is not that of the body. */
  readonly hasWholeBody: boolean;
}

/** An object that the edge has, or that is on its way to it. */
export interface ObjectResponse {
  readonly head: ObjectHead;
  readonly body: Buffer | Download;
  readonly result: CacheResult;
}

export function responseFromHit(object: CachedObject): EdgeResponse {
  object.hits += 1;
  return responseFromObject({ head: object, body: object.body, result: 'Hit' });
}

export function responseFromObject({ head, body, result }: ObjectResponse): EdgeResponse {
  const age = result === 'Miss' ? {} : { age: String(head.freshness.ageSeconds) };
  return {
    status: head.status,
    headers: { ...head.headers, ...age },
    body: body instanceof Download ? body.read() : body,
    result,
    hasWholeBody: head.method === 'GET' && head.part === undefined,
  };
}

export function responseFromPart({ object, range }: FoundPart): EdgeResponse {
  const { part } = object;
  const response = responseFromHit(object);
  if (part === undefined) return response;
  const body = object.body.subarray(range.first - part.first, range.last + 1 - part.first);
  const contentRange = formatContentRange({ ...range, size: part.size });
  return { ...response, headers: { ...response.headers, 'content-range': contentRange }, body };
}

export function responseFromOrigin(response: OriginResponse, method: string): EdgeResponse {
  const hasWholeBody = method === 'GET' && response.status !== 206 && Buffer.isBuffer(response.body);
  return { status: response.status, headers: response.headers, body: response.body, result: 'Miss', hasWholeBody };
}
