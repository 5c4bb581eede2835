// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import {
  type ImageParameter,
  type ImageRules,
  imageParameters,
  imageQuery,
  variantKey,
} from '../../lib/images/image-query.ts';
import type { EdgeEvent, EdgeRequest, EdgeValue } from './event.ts';
import { sha256 } from './token.ts';

/** Names the variant in the path: so it is one copy of the edge however the query is written, and one object of S3. */
export function handler(event: EdgeEvent): EdgeRequest {
  const rules = '__ISR_EDGE_CONFIG__' as unknown as ImageRules;
  const request = event.request;
  const parameters = imageParameters(parametersOf(request.querystring), rules);
  request.uri = `/${variantKey(parameters, rules, sha256)}`;
  // The cache key has the path alone. The function needs to know what it stands for.
  request.querystring = { image: { value: encodeURIComponent(imageQuery(parameters)) } };
  request.cookies = {};
  return request;
}

function parametersOf(query: Record<string, EdgeValue>): ImageParameter[] {
  const names = Object.keys(query);
  return names.map((name) => {
    const entry = query[name] as EdgeValue;
    const first = entry.multiValue === undefined ? entry : (entry.multiValue[0] as EdgeValue);
    return { name: name, value: first.value };
  });
}
