// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import type { EdgeEvent, EdgeResponse } from './event.ts';

export function handler(event: EdgeEvent): EdgeResponse {
  const headers = event.response.headers;
  const names = Object.keys(headers);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    // S3, the second origin, sends the page's facts along.
    if (name === 'cache-tag' || name.slice(0, 11) === 'x-amz-meta-') delete headers[name];
  }
  const cacheControl = headers['cache-control'];
  // The edge's windows are not for browsers, which honour stale-while-revalidate too: an editor would see old pages.
  if (cacheControl !== undefined && /s-maxage/i.test(cacheControl.value)) {
    headers['cache-control'] = { value: 'public, max-age=0, must-revalidate' };
  }
  return event.response;
}
