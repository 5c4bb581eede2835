import { InvalidationError } from './items.ts';

const MAX_ITEMS_IN_PROGRESS = 3000;
const MAX_WILDCARDS_IN_PROGRESS = 15;

/**
 * Throws when a distribution would have more in progress than CloudFront allows: 3,000 paths and tags, and beside them
 * 15 paths with a wildcard. Each tag counts as one path.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
 */
export function checkQuotas(
  items: readonly string[],
  inProgress: Iterable<{ readonly items: readonly string[] }>,
): void {
  const all = [...items, ...[...inProgress].flatMap((each) => each.items)];
  const wildcards = all.filter(isWildcard).length;
  if (wildcards > MAX_WILDCARDS_IN_PROGRESS) throw tooMany('wildcard invalidations');
  if (all.length - wildcards > MAX_ITEMS_IN_PROGRESS) throw tooMany('invalidations');
}

function isWildcard(item: string): boolean {
  return item.endsWith('*') && !item.startsWith('#');
}

function tooMany(what: string): InvalidationError {
  return new InvalidationError(
    'TooManyInvalidationsInProgress',
    `Processing your request will cause you to exceed the maximum number of in-progress ${what}.`,
  );
}
