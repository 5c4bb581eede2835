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

test('an older render does not replace a newer one', async () => {
  const pages = createMemoryPageStore();
  await storePage({ ...facts(2, 100), body: Buffer.from('new') }, undefined, {}, pages);
  const outcome = await storePage({ ...facts(1, 200), body: Buffer.from('old') }, undefined, {}, pages);
  expect(outcome.kind).toBe('superseded');
  expect(textOf(outcome.page)).toBe('new');
});

test('among renders that saw the same ledger, the one that began later stays', async () => {
  const pages = createMemoryPageStore();
  await storePage({ ...facts(2, 200), body: Buffer.from('later') }, undefined, {}, pages);
  expect((await storePage({ ...facts(2, 100), body: Buffer.from('earlier') }, undefined, {}, pages)).kind).toBe(
    'superseded',
  );
});

test('whatever the order in which renders end and their writes interleave, the newest stays', async () => {
  const render = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 }));
  await fc.assert(
    fc.asyncProperty(fc.array(render, { minLength: 1, maxLength: 6 }), fc.scheduler(), async (renders, scheduler) => {
      const memory = createMemoryPageStore();
      const pages = {
        ...memory,
        read: scheduler.scheduleFunction(memory.read),
        write: scheduler.scheduleFunction(memory.write),
      };
      const writing = renders.map(([sequence, begun]) =>
        storePage({ ...facts(sequence, begun), body: Buffer.from(`${sequence}.${begun}`) }, undefined, {}, pages),
      );
      await scheduler.waitFor(Promise.all(writing));
      const [newest] = renders.toSorted(([s1, b1], [s2, b2]) => s2 - s1 || b2 - b1);
      const stored = memory.pages.get(KEY);
      expect([stored?.ledgerSequence, stored?.renderedAt]).toEqual(newest);
    }),
  );
});

test('tells whether viewers get something else than before', async () => {
  const pages = createMemoryPageStore();
  const first = await storePage({ ...facts(1, 1, 'same'), body: Buffer.from('x') }, undefined, {}, pages);
  const again = await storePage({ ...facts(2, 2, 'same'), body: Buffer.from('x') }, first.page, {}, pages);
  const moved = await storePage({ ...facts(3, 3, 'same'), status: 301, body: Buffer.from('x') }, again.page, {}, pages);
  expect([first, again, moved].map((outcome) => outcome.kind === 'written' && outcome.isChanged)).toEqual([
    true,
    false,
    true,
  ]);
});

test('the bytes of an identical re-render differ, so that S3’s entity tag does too', async () => {
  const pages = createMemoryPageStore();
  const bodies: string[] = [];
  for (let i = 0; i < 5; i++) {
    const outcome = await storePage(
      { ...facts(0, i, 'same'), body: Buffer.from('<p>x</p>') },
      pages.pages.get(KEY),
      {},
      pages,
    );
    bodies.push(Buffer.from(outcome.page.body).toString());
  }
  for (let i = 1; i < bodies.length; i++) expect(bodies[i]).not.toBe(bodies[i - 1]);
  expect(new Set(bodies.map((body) => body.trimEnd()))).toEqual(new Set(['<p>x</p>']));
});
