// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import type { LiveEdgeConfig } from '../../lib/handover/edge-config.ts';
import type { EdgeEvent, EdgeRequest } from './event.ts';
import { setTrustedHeaders } from './trusted-headers.ts';

export function handler(event: EdgeEvent): EdgeRequest {
  const config = '__ISR_EDGE_CONFIG__' as unknown as LiveEdgeConfig;
  setTrustedHeaders(event.request);
  event.request.headers['x-isr-viewer-address'] = { value: event.viewer.ip };
  // Part of the cache key: no deployment gets what the one before left at the edge.
  event.request.headers['x-isr-deployment'] = { value: config.deploymentId };
  return event.request;
}
