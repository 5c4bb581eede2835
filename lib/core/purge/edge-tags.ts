import { hash } from 'node:crypto';
import type { RenderedPage } from '../page/page.ts';
import { pathOfPageKey } from '../page/page-key.ts';

// CloudFront takes up to 50 tags of an object and ignores the others. A tag has up to 256 characters of visible ASCII
// without commas; case does not matter
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-tags.html).
const MAX_TAG_LENGTH = 256;
const MAX_TAGS = 50;
/** Pages with more tags than CloudFront takes have this one too. Each purge of a tag names it, so none is missed. */
export const OVERFLOW_TAG = 'isr-overflow';

export function edgeTagOfPath(path: string): string {
  return shorten(`path:${path.toLowerCase()}`);
}

/** A user's tag, which may have Unicode and commas, as one that CloudFront takes. */
export function edgeTagOf(tag: string): string {
  return shorten(`tag:${encodeURIComponent(tag.toLowerCase().toWellFormed())}`);
}

/** The value of the `cache-tag` header of a page. */
export function edgeTagsOfPage({ pageKey, tags }: Pick<RenderedPage, 'pageKey' | 'tags'>): string {
  const all = [edgeTagOfPath(pathOfPageKey(pageKey)), ...new Set(tags.map(edgeTagOf))];
  return (all.length <= MAX_TAGS ? all : [...all.slice(0, MAX_TAGS - 1), OVERFLOW_TAG]).join(',');
}

function shorten(tag: string): string {
  return tag.length <= MAX_TAG_LENGTH ? tag : `sha256:${hash('sha256', tag)}`;
}
