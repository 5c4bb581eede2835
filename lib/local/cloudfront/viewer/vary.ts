import type { Behavior } from '../configuration/behavior.ts';
import { isSelected } from '../configuration/selection.ts';
import { type Fields, fieldOf } from '../message/fields.ts';

const ALWAYS_SHOWN = new Set(['accept-encoding', 'cookie']);

/**
 * A viewer is told of the headers that the origin gets to see, and of no others.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomRemovedHeaders
 */
export function withVisibleVary(headers: Readonly<Fields>, behavior: Behavior): Fields {
  const { vary: _, ...others } = headers;
  const names = (fieldOf(headers, 'vary') ?? '').split(',').map((name) => name.trim());
  const shown = names.filter((name) => isShown(name.toLowerCase(), behavior));
  return shown.length === 0 ? others : { ...others, vary: shown.join(', ') };
}

function isShown(name: string, { cachePolicy, originRequestPolicy }: Behavior): boolean {
  if (name === '') return false;
  // With any other minimum TTL the star means nothing to CloudFront.
  if (name === '*') return cachePolicy.minTtlSeconds === 0;
  const isForwarded = isSelected(cachePolicy.headers, name) || isSelected(originRequestPolicy.headers, name);
  return isForwarded || ALWAYS_SHOWN.has(name);
}
