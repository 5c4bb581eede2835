// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import type { EdgeEvent, EdgeResponse } from './event.ts';
import { removeTypeOfLambda } from './untyped.ts';

export function handler(event: EdgeEvent): EdgeResponse {
  removeTypeOfLambda(event.response);
  return event.response;
}
