// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import { BROWSER_CACHE_CONTROL_HEADER } from '../../lib/core/policy/browser-cache-control-header.ts';
import type { EdgeEvent, EdgeResponse } from './event.ts';
import { removeTypeOfLambda } from './untyped.ts';

export function handler(event: EdgeEvent): EdgeResponse {
  removeTypeOfLambda(event.response);
  const headers = event.response.headers;
  const forBrowsers = headers[BROWSER_CACHE_CONTROL_HEADER];
  // What the edge was told of caching is for the edge.
  if (forBrowsers !== undefined) {
    headers['cache-control'] = { value: forBrowsers.value };
    delete headers[BROWSER_CACHE_CONTROL_HEADER];
  }
  return event.response;
}
