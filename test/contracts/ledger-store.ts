import { beforeEach, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../lib/core/ledger/ledger.ts';
import type { LedgerStore } from '../../lib/core/ports.ts';
import { readFreshness } from '../../lib/core/read-freshness.ts';
import { isInvalid, neighbourOf, renderedPage } from '../fakes/ledger-pages.ts';

export interface LedgerStoreSubject {
  /** One more store over the same ledger, as another sandbox has it. */
  open(): LedgerStore;
  advance(milliseconds: number): void;
}

const DAY_MS = 86_400_000;

/** Each test begins with an empty ledger. */
export function describeLedgerStore(name: string, create: () => Promise<LedgerStoreSubject>): void {
  describe(`a ledger store: ${name}`, () => {
    let subject: LedgerStoreSubject;
    beforeEach(async () => {
      subject = await create();
    });

    test('begins empty', async () => {
      expect(await subject.open().read()).toEqual({ sequence: 0, floor: 0, shards: [], days: [] });
    });

    test.each<[string, string]>([
      ['its path', 'path:/blog/a'],
      ['a folder above it', 'prefix:/blog/'],
      ['a tag of it', 'tag:ünï,"code"'],
      ['a long tag of it', `tag:${'é'.repeat(500)}`],
      ['a tag that objects inherit', 'tag:__proto__'],
      ['everything', EVERYTHING],
    ])('invalidates a page by %s, for every reader, as soon as that is noted', async (_what, entry) => {
      const [writer, reader] = [subject.open(), subject.open()];
      const tags = ['ünï,"code"', 'é'.repeat(500), '__proto__'];
      const page = await renderedPage(reader, '/blog/a', ...tags);
      expect(await isInvalid(reader, page)).toBe(false);
      expect(await writer.append([entry])).toBeGreaterThan(page.page.ledgerSequence);
      expect(await isInvalid(reader, page)).toBe(true);
      expect(await isInvalid(writer, page)).toBe(true);
      expect(await isInvalid(reader, await renderedPage(reader, '/blog/a', ...tags))).toBe(false);
    });

    test('leaves pages alone that the entry does not cover', async () => {
      const store = subject.open();
      const pages = await Promise.all(
        Array.from({ length: 50 }, (_, i) => renderedPage(store, `/other/${i}`, `x${i}`, `${'é'.repeat(500)}${i}`)),
      );
      await store.append(['tag:x', `tag:${'é'.repeat(500)}`, 'path:/blog/a', 'prefix:/blog/']);
      expect(await Promise.all(pages.map((page) => isInvalid(store, page)))).toEqual(Array(50).fill(false));
    });

    test('shows a name that was noted before to those who have seen it', async () => {
      const [writer, reader] = [subject.open(), subject.open()];
      const names = Array.from({ length: 3 }, () => ['tag:a', 'tag:b']);
      for (const both of names) {
        const page = await renderedPage(reader, '/', 'a');
        expect(await writer.append(both)).toBeGreaterThan(page.page.ledgerSequence);
        expect(await isInvalid(reader, page)).toBe(true);
      }
    });

    test('loses no append of many at the same time', async () => {
      const tags = Array.from({ length: 12 }, (_, i) => `t${i}`);
      const pages = await Promise.all(tags.map((tag) => renderedPage(subject.open(), '/', tag)));
      const sequences = await Promise.all(tags.map((tag) => subject.open().append([`tag:${tag}`, 'tag:all'])));
      expect(new Set(sequences).size).toBe(tags.length);
      const reader = subject.open();
      expect((await reader.read()).sequence).toBe(Math.max(...sequences));
      expect(await Promise.all(pages.map((page) => isInvalid(reader, page)))).toEqual(tags.map(() => true));
      expect(await isInvalid(reader, await renderedPage(reader, '/', ...tags, 'all'))).toBe(false);
    });

    test('takes hundreds of names at once', async () => {
      const store = subject.open();
      const pages = await Promise.all(Array.from({ length: 300 }, (_, i) => renderedPage(store, `/${i}`, `t${i}`)));
      await store.append(pages.map(({ page }) => `tag:${page.tags[0]}`));
      const reader = subject.open();
      expect(await Promise.all(pages.slice(-20).map((page) => isInvalid(reader, page)))).toEqual(Array(20).fill(true));
    });

    test('forgets names after 31 days: pages older than that are invalidated, younger ones are not', async () => {
      const store = subject.open();
      const old = await renderedPage(store, '/', 'other');
      await store.append(['tag:a']);
      const young = await renderedPage(store, '/', 'other');
      subject.advance(31 * DAY_MS);
      await store.append(['tag:b']);
      expect(await isInvalid(store, old)).toBe(false);
      subject.advance(DAY_MS);
      await store.append(['tag:b']);
      expect(await isInvalid(store, old)).toBe(true);
      expect(await isInvalid(store, young)).toBe(false);
    });

    test('is begun once, by whomever', async () => {
      const begun = await Promise.all(Array.from({ length: 5 }, () => subject.open().begin()));
      expect(new Set(begun.map(({ sequence }) => sequence)).size).toBe(1);
      expect(await subject.open().begin()).toEqual(begun[0]);
    });

    test('puts nothing out of date for who knows no more than it does', async () => {
      const store = subject.open();
      const page = await renderedPage(store, '/', 'a');
      expect(await store.recover(page.page)).toEqual(await store.read());
      expect(await isInvalid(store, page)).toBe(false);
    });

    test('puts everything out of date for who knows more: it was lost', async () => {
      const store = subject.open();
      const page = await renderedPage(store, '/', 'a');
      const known = { ...page.page, ledgerSequence: page.page.ledgerSequence + 1 };
      await store.recover(known);
      expect(await isInvalid(subject.open(), page)).toBe(true);
      expect(await isInvalid(subject.open(), { page: known })).toBe(true);
    });

    test('shows what it has forgotten to a reader that was overtaken', async () => {
      const [writer, reader] = [subject.open(), subject.open()];
      const { page } = await renderedPage(reader, '/', 'a');
      await writer.append(['tag:a']);
      const summary = await reader.read();
      subject.advance(40 * DAY_MS);
      // The first raises the floor, the second drops what is below it from the shard.
      for (let i = 0; i < 2; i++) await writer.append([`tag:${neighbourOf('a')}`]);
      const freshness = await readFreshness({ page, ledger: summary }, { ledger: reader, clock: { now: () => 0 } });
      expect(freshness.kind).toBe('invalidated');
    });
  });
}
