import { expect, test } from 'vitest';
import { uriOfPageKey } from '../../../lib/core/page/page-key.ts';
import { edgeTagsOfPage } from '../../../lib/core/purge/edge-tags.ts';
import { purgeItemsOf } from '../../../lib/core/purge/purge-items.ts';
import type { Revalidation } from '../../../lib/core/revalidation.ts';
import { MAX_REVALIDATED_ITEMS } from '../../../lib/core/revalidation-request.ts';
import { keyOf } from '../../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const NOTHING: Revalidation = { pages: [], tags: [], prefixes: [], all: false };

test('a prefix whose folder begins with ! purges what the edge has of it', () => {
  const items = purgeItemsOf({ ...NOTHING, prefixes: ['/%21a/'] }, DEPLOYMENT);
  const [, rewritten = ''] = items.filter((item) => item.endsWith('*'));
  expect(`/deployments/${DEPLOYMENT}${uriOfPageKey(keyOf('/!a/b'))}`).toContain(rewritten.replace('*', ''));
});

test('a webhook of 3,010 tags purges what one call can carry', () => {
  const tags = Array.from({ length: 3010 }, (_, i) => `tag-${i}`);
  expect(purgeItemsOf({ ...NOTHING, tags }, DEPLOYMENT)).toEqual(['/*']);
});

test('as many names as the API takes are purged one by one', () => {
  const tags = Array.from({ length: MAX_REVALIDATED_ITEMS }, (_, i) => `tag-${i}`);
  expect(purgeItemsOf({ ...NOTHING, tags }, DEPLOYMENT)).toHaveLength(MAX_REVALIDATED_ITEMS + 1);
});

test('more prefixes than CloudFront takes wildcards purge everything', () => {
  const prefixes = Array.from({ length: 8 }, (_, i) => `/${i}/`);
  const one = purgeItemsOf({ ...NOTHING, prefixes: prefixes.slice(1) }, DEPLOYMENT);
  expect(one.filter((item) => item.endsWith('*'))).toHaveLength(14);
  expect(purgeItemsOf({ ...NOTHING, prefixes }, DEPLOYMENT)).toEqual(['/*']);
});

test('a prefix purges what has its tag, in whichever deployment', () => {
  const [tag = ''] = purgeItemsOf({ ...NOTHING, prefixes: ['/Blog/'] }, DEPLOYMENT);
  const tagsOf = (path: string): string[] => edgeTagsOfPage({ pageKey: keyOf(path), tags: [] }).split(',');
  const isPurged = (path: string): boolean => tagsOf(path).includes(tag.slice(1));
  expect(['/blog', '/blog/a', '/blog/2026/a'].map(isPurged)).toEqual([true, true, true]);
  expect(['/', '/blogs', '/a/blog/b'].map(isPurged)).toEqual([false, false, false]);
});

test('purges each item once', () => {
  const items = purgeItemsOf({ ...NOTHING, pages: [keyOf('/A'), keyOf('/a')], tags: ['x', 'X'] }, DEPLOYMENT);
  expect(items).toEqual(['#path:/a', '#tag:x', '#isr-overflow']);
});
