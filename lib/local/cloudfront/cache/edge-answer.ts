import type { Readable } from 'node:stream';
import type { Fields } from '../message/fields.ts';
import type { OriginResponse } from '../origin/ask-origin.ts';
import type { CachedObject } from './edge-cache.ts';

export type CacheResult = 'Hit' | 'Miss' | 'RefreshHit';

/** What the edge has for a request, from its cache or an origin, before anything that is done for the viewer. */
export interface EdgeAnswer {
  readonly status: number;
  readonly headers: Readonly<Fields>;
  readonly body: Buffer | Readable;
  readonly result: CacheResult;
  /** False for a HEAD that an origin answered: its Content-Length is not that of the body. */
  readonly hasWholeBody: boolean;
}

export function answerFromObject(object: CachedObject, result: CacheResult): EdgeAnswer {
  if (result === 'Hit') object.hits += 1;
  const age = result === 'Miss' ? {} : { age: String(object.freshness.ageSeconds) };
  return {
    status: object.status,
    headers: { ...object.headers, ...age },
    body: object.body,
    result,
    hasWholeBody: object.method === 'GET',
  };
}

export function answerFromOrigin(response: OriginResponse, method: string): EdgeAnswer {
  const hasWholeBody = method === 'GET' && Buffer.isBuffer(response.body);
  return { status: response.status, headers: response.headers, body: response.body, result: 'Miss', hasWholeBody };
}
