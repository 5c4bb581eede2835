import { hash } from 'node:crypto';
import type { RenderedPage } from '../page/page.ts';
import { pathOfPageKey } from '../page/page-key.ts';
import { prefixesOf } from '../page/path-prefixes.ts';

/**
 * The header that CloudFront reads tags from. S3 gives metadata `cache-tag` back under this name, so that a purge reaches
 * the copies that it answered while the functions failed.
 */
export const CACHE_TAG_HEADER = 'x-amz-meta-cache-tag';

// CloudFront: visible ASCII without commas, case-insensitive, <= 256 characters, <= 50 per object, the rest ignored
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-tags.html).
const MAX_TAG_LENGTH = 256;
const MAX_TAGS = 50;
/** Pages with more tags than CloudFront takes have this one too. Each purge of a tag or a prefix names it, so none is missed. */
export const OVERFLOW_TAG = 'isr-overflow';

export function edgeTagOfPath(path: string): string {
  return shorten(`path:${path.toLowerCase()}`);
}

/** `prefix`: begins and ends with a slash. */
export function edgeTagOfPrefix(prefix: string): string {
  return shorten(`prefix:${prefix.toLowerCase()}`);
}

/** A user's tag, which may have Unicode and commas, as one that CloudFront takes. */
export function edgeTagOf(tag: string): string {
  return shorten(`tag:${encodeURIComponent(tag.toLowerCase().toWellFormed())}`);
}

/** The value of the header, as far as it may be long. The tag of the path is always in it. */
export function edgeTagsOfPage(
  { pageKey, tags }: Pick<RenderedPage, 'pageKey' | 'tags'>,
  maxLength = Number.POSITIVE_INFINITY,
): string {
  const path = pathOfPageKey(pageKey);
  const all = [edgeTagOfPath(path), ...prefixesOf(path).map(edgeTagOfPrefix), ...new Set(tags.map(edgeTagOf))];
  if (all.length <= MAX_TAGS && all.join(',').length <= maxLength) return all.join(',');
  let kept = all.slice(0, MAX_TAGS - 1);
  while (kept.length > 1 && [...kept, OVERFLOW_TAG].join(',').length > maxLength) kept = kept.slice(0, -1);
  return [...kept, OVERFLOW_TAG].join(',');
}

function shorten(tag: string): string {
  return tag.length <= MAX_TAG_LENGTH ? tag : `sha256:${hash('sha256', tag)}`;
}
