import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RenderedPage } from '../../lib/core/page/page.ts';
import { storePage } from '../../lib/core/store-page.ts';
import { createMemoryPageStore } from '../fakes/memory-stores.ts';
import { keyOf, textOf } from '../fakes/world.ts';

const KEY = keyOf('/blog/a');

const facts = (
  ledgerSequence: number,
  renderedAt: number,
  bodyHash = `${ledgerSequence}.${renderedAt}`,
): Omit<RenderedPage, 'body'> => ({
  pageKey: KEY,
  status: 200,
  headers: { 'content-type': 'text/html' },
  renderedAt,
  expiration: 60,
  tags: [],
  ledgerSequence,
  bodyHash,
});

const rendered = (ledgerSequence: number, renderedAt: number, body: string): RenderedPage => ({
  ...facts(ledgerSequence, renderedAt),
  body: Buffer.from(body),
});

test('an older render does not replace a newer one', async () => {
  const pages = createMemoryPageStore();
  await storePage(rendered(2, 100, 'new'), undefined, pages);
  const outcome = await storePage(rendered(1, 200, 'old'), undefined, pages);
  expect(outcome.kind).toBe('superseded');
  expect(textOf(outcome.kind === 'removed' ? { body: Buffer.from('') } : outcome.page)).toBe('new');
});

test('of two renders that overlap and saw the same ledger, the first to be stored stays', async () => {
  const pages = createMemoryPageStore();
  await storePage(rendered(2, 100, 'first'), undefined, pages);
  expect((await storePage(rendered(2, 200, 'second'), undefined, pages)).kind).toBe('superseded');
});

test('a render that began when the page stood there replaces it, though its clock is minutes behind', async () => {
  const pages = createMemoryPageStore();
  await storePage(rendered(2, 300_000, 'old'), undefined, pages);
  const known = await pages.read(KEY);
  expect((await storePage(rendered(2, 100, 'new'), known, pages)).kind).toBe('written');
  expect(textOf((await pages.read(KEY)) ?? { body: Buffer.from('') })).toBe('new');
});

test('what was noted on the page during the render is no other render', async () => {
  const pages = createMemoryPageStore();
  await storePage(rendered(2, 100, 'old'), undefined, pages);
  const known = await pages.read(KEY);
  if (known !== undefined) await pages.write({ ...known, retryAt: 1 }, { etag: known.etag });
  expect((await storePage(rendered(2, 200, 'new'), known, pages)).kind).toBe('written');
});

test('a page that was removed during the render is not stored again', async () => {
  const pages = createMemoryPageStore();
  await storePage(rendered(2, 100, 'old'), undefined, pages);
  const known = await pages.read(KEY);
  if (known !== undefined) await pages.remove(known);
  expect((await storePage(rendered(2, 200, 'new'), known, pages)).kind).toBe('removed');
  expect(await pages.read(KEY)).toBeUndefined();
});

test('whatever the order in which renders end and their writes interleave, one that saw the newest ledger stays', async () => {
  const render = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 }));
  await fc.assert(
    fc.asyncProperty(fc.array(render, { minLength: 1, maxLength: 6 }), fc.scheduler(), async (renders, scheduler) => {
      const memory = createMemoryPageStore();
      const written: number[] = [];
      const pages = {
        ...memory,
        read: scheduler.scheduleFunction(memory.read),
        write: scheduler.scheduleFunction(async (...[page, condition]: Parameters<typeof memory.write>) => {
          const etag = await memory.write(page, condition);
          if (etag !== 'conflict') written.push(page.ledgerSequence);
          return etag;
        }),
      };
      const writing = renders.map(([sequence, begun]) =>
        storePage(rendered(sequence, begun, `${sequence}.${begun}`), undefined, pages),
      );
      await scheduler.waitFor(Promise.all(writing));
      expect(memory.pages.get(KEY)?.ledgerSequence).toBe(Math.max(...renders.map(([sequence]) => sequence)));
      // Each write saw more of the ledger than the one before: none went back, and none was made twice.
      expect(written).toEqual([...new Set(written)].toSorted((a, b) => a - b));
    }),
  );
});

test('tells whether viewers get something else than before', async () => {
  const pages = createMemoryPageStore();
  const same = (sequence: number): RenderedPage => ({ ...facts(sequence, sequence, 'same'), body: Buffer.from('x') });
  const outcomes = [await storePage(same(1), undefined, pages)];
  outcomes.push(await storePage(same(2), await pages.read(KEY), pages));
  outcomes.push(await storePage({ ...same(3), status: 301 }, await pages.read(KEY), pages));
  expect(outcomes.map((outcome) => outcome.kind === 'written' && outcome.isChanged)).toEqual([true, false, true]);
});

test('a page that replaced other content is not purged, until somebody says that it is', async () => {
  const pages = createMemoryPageStore();
  const same = (sequence: number): RenderedPage => ({ ...facts(sequence, sequence, 'same'), body: Buffer.from('x') });
  await storePage(same(1), undefined, pages);
  await storePage(same(2), await pages.read(KEY), pages);
  const stored = await pages.read(KEY);
  expect(stored?.isUnpurged).toBe(true);
  const { isUnpurged, ...purged } = stored ?? { ...same(0), etag: '' };
  await pages.write(purged as RenderedPage, { etag: stored?.etag ?? '' });
  await storePage(same(3), await pages.read(KEY), pages);
  expect(await pages.read(KEY)).not.toHaveProperty('isUnpurged');
});
