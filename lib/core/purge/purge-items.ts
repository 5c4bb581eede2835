import { keyPrefixesOf, pathOfPageKey } from '../page/page-key.ts';
import type { Revalidation } from '../revalidation.ts';
import { edgeTagOf, edgeTagOfPath, edgeTagOfPrefix, OVERFLOW_TAG } from './edge-tags.ts';
import { EVERY_COPY, itemsOfOneCall } from './one-call.ts';

/**
 * What the edge has to forget for a revalidation. The tag of a path reaches all its query variants, and that of a prefix
 * the copies of every deployment. A copy that lost its tags is reached by wildcards: CloudFront wants the path of the
 * viewer and the one that the edge function made of it
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html). Never more
 * than one call carries.
 */
export function purgeItemsOf(revalidation: Revalidation, deploymentId: string): readonly string[] {
  if (revalidation.all) return [EVERY_COPY];
  const tags = [
    ...revalidation.pages.map((pageKey) => edgeTagOfPath(pathOfPageKey(pageKey))),
    ...revalidation.tags.map(edgeTagOf),
    ...revalidation.prefixes.map(edgeTagOfPrefix),
    ...(revalidation.tags.length + revalidation.prefixes.length > 0 ? [OVERFLOW_TAG] : []),
  ];
  const paths = revalidation.prefixes.flatMap((prefix) => [
    `${prefix}*`,
    ...keyPrefixesOf(prefix).map((keyPrefix) => `/deployments/${deploymentId}${keyPrefix}*`),
  ]);
  return itemsOfOneCall([...tags.map((tag) => `#${tag}`), ...paths]);
}
