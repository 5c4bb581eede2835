/**
 * How much one call to the CDN carries. CloudFront takes 3,000 items and 15 wildcards of a distribution at a time, those
 * of calls in progress included (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html).
 * Half of the items leaves room for the next call, and one wildcard is left for `/*`.
 */
export const MAX_PURGE_ITEMS = 1500;
export const MAX_PURGE_WILDCARDS = 14;

/** What removes every copy, of pages with tags too. It counts as one item. */
export const EVERY_COPY = '/*';

/**
 * Each item once. `EVERY_COPY` in place of more than one call carries: several calls after each other would be throttled,
 * come late, and cost more. The pages themselves stay, so the edge gets its copies anew without a render.
 */
export function itemsOfOneCall(items: Iterable<string>): readonly string[] {
  const each = [...new Set(items)];
  const wildcards = each.filter((item) => item.endsWith('*') && !item.startsWith('#')).length;
  const isTooMuch = each.length > MAX_PURGE_ITEMS || wildcards > MAX_PURGE_WILDCARDS;
  return isTooMuch || each.includes(EVERY_COPY) ? [EVERY_COPY] : each;
}
