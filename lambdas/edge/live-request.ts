// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import type { EdgeEvent, EdgeRequest } from './event.ts';
import { setTrustedHeaders } from './trusted-headers.ts';

export function handler(event: EdgeEvent): EdgeRequest {
  setTrustedHeaders(event.request);
  event.request.headers['x-isr-viewer-address'] = { value: event.viewer.ip };
  return event.request;
}
