import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edgeTagOf, edgeTagOfPath, edgeTagsOfPage, OVERFLOW_TAG } from '../../../lib/core/purge/edge-tags.ts';
import { keyOf } from '../../fakes/world.ts';

test('a page carries the tag of its path, of each prefix of it, and its own tags', () => {
  expect(edgeTagsOfPage({ pageKey: keyOf('/Blog/A'), tags: ['Posts', 'ünï,code'] })).toBe(
    'path:/blog/a,prefix:/blog/,prefix:/blog/a/,tag:posts,tag:%C3%BCn%C3%AF%2Ccode',
  );
});

test('all query variants of a page carry the tag of its path', () => {
  expect(edgeTagOfPath('/search')).toBe('path:/search');
});

test('more tags than CloudFront reads are replaced by one that every purge of a tag names', () => {
  const page = { pageKey: keyOf('/a'), tags: Array.from({ length: 60 }, (_, i) => `t${i}`) };
  const tags = edgeTagsOfPage(page).split(',');
  expect(tags).toHaveLength(50);
  expect(tags.at(-1)).toBe(OVERFLOW_TAG);
});

test('every tag becomes one that CloudFront reads, and equal ones in any case stay equal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (tag) => {
      expect(edgeTagOf(tag)).toMatch(/^[\x21-\x2b\x2d-\x7e]{1,256}$/);
      expect(edgeTagOf(tag.toLowerCase())).toBe(edgeTagOf(tag));
    }),
  );
});
