// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import type { FailOverConfig } from '../../lib/handover/edge-config.ts';
import type { EdgeEvent, EdgeRequest, EdgeResponse } from './event.ts';
import { isSecret } from './token.ts';

const SECRET_HEADER = 'x-isr-origin-secret';

/** This distribution is for another one alone: its viewers would pass by the web ACL and the functions of that one. */
export function handler(event: EdgeEvent): EdgeRequest | EdgeResponse {
  const config = '__ISR_EDGE_CONFIG__' as unknown as FailOverConfig;
  const given = event.request.headers[SECRET_HEADER];
  if (given === undefined || !isSecret(given.value, config.originSecret)) return refusal();
  delete event.request.headers[SECRET_HEADER];
  return event.request;
}

function refusal(): EdgeResponse {
  return {
    statusCode: 403,
    statusDescription: 'Forbidden',
    headers: {
      'content-type': { value: 'text/plain; charset=utf-8' },
      'cache-control': { value: 'no-store' },
    },
    body: { encoding: 'text', data: 'This distribution answers to the one of the site alone.\n' },
  };
}
