import { describe, expect, test } from 'vitest';
import type { PageOutcome, RevalidationOutcome } from '../../lib/core/revalidate.ts';
import type { Revalidation } from '../../lib/core/revalidation.ts';
import { partsOf, unsettledOf } from '../../lib/core/settle.ts';
import { keyOf } from '../fakes/world.ts';

const NOTHING: Revalidation = { pages: [], tags: [], prefixes: [], all: false };

function outcomeOf(...pages: PageOutcome['outcome'][]): RevalidationOutcome {
  const common = { purge: 'purged', milliseconds: 1 } as const;
  return {
    sequence: 1,
    pages: pages.map((outcome, i) => ({ path: `/${i}`, outcome, ...common })),
    tags: [],
    prefixes: [],
    ...common,
  };
}

describe('what is revalidated once more', () => {
  test.each<[PageOutcome['outcome'], boolean]>([
    ['unchanged', true],
    ['not-found', true],
    ['failed', true],
    ['noted', true],
    // Of a first render, of an earlier edit, or of a page that always differs.
    ['rendered', true],
    ['not-stored', true],
    ['prerendered', false],
  ])('a page that was %s: %s', (outcome, isUnsettled) => {
    const revalidation = { ...NOTHING, pages: [keyOf('/a')] };
    expect(unsettledOf(revalidation, outcomeOf(outcome))).toEqual(isUnsettled ? revalidation : undefined);
  });

  test('pages that a render can change, and all tags and prefixes', () => {
    const revalidation = { ...NOTHING, pages: [keyOf('/a'), keyOf('/b')], tags: ['x'], prefixes: ['/docs/'] };
    expect(unsettledOf(revalidation, outcomeOf('prerendered', 'rendered'))).toEqual({
      ...revalidation,
      pages: [keyOf('/b')],
    });
  });

  test('everything, when that was asked for', () => {
    expect(unsettledOf({ ...NOTHING, all: true }, outcomeOf())).toEqual({ ...NOTHING, all: true });
  });
});

test('parts together are the whole', () => {
  const tags = ['a', 'b', 'c'];
  expect(partsOf({ ...NOTHING, pages: [keyOf('/a')], tags }, 2)).toEqual([
    { ...NOTHING, pages: [keyOf('/a')] },
    { ...NOTHING, tags: ['a', 'b'] },
    { ...NOTHING, tags: ['c'] },
  ]);
  expect(partsOf({ ...NOTHING, tags, all: true }, 2)).toEqual([{ ...NOTHING, all: true }]);
});
