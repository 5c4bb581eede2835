import { expect, test } from 'vitest';
import { uriOfPageKey } from '../../../lib/core/page/page-key.ts';
import { purgeItemsOf } from '../../../lib/core/purge/purge-items.ts';
import type { Revalidation } from '../../../lib/core/revalidation.ts';
import { keyOf } from '../../fakes/world.ts';

const DEPLOYMENT = '0123456789abcdef';
const NOTHING: Revalidation = { pages: [], tags: [], prefixes: [], all: false };

test('a prefix whose folder begins with ! purges what the edge has of it', () => {
  const [, rewritten = ''] = purgeItemsOf({ ...NOTHING, prefixes: ['/%21a/'] }, DEPLOYMENT);
  expect(`/deployments/${DEPLOYMENT}${uriOfPageKey(keyOf('/!a/b'))}`).toContain(rewritten.replace('*', ''));
});

test('purges each item once', () => {
  const items = purgeItemsOf({ ...NOTHING, pages: [keyOf('/A'), keyOf('/a')], tags: ['x', 'X'] }, DEPLOYMENT);
  expect(items).toEqual(['#path:/a', '#tag:x', '#isr-overflow']);
});
