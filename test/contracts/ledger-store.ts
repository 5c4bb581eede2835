import { beforeEach, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../lib/core/ledger.ts';
import type { StoredPage } from '../../lib/core/page.ts';
import type { PageKey } from '../../lib/core/page-key.ts';
import type { LedgerStore } from '../../lib/core/ports.ts';
import { isRevalidated } from '../../lib/core/read-freshness.ts';
import { keyOf } from '../fakes/world.ts';

export interface LedgerStoreSubject {
  /** One more store over the same ledger, as another sandbox has it. */
  open(): LedgerStore;
  advance(milliseconds: number): void;
}

const DAY_MS = 86_400_000;

interface Rendered {
  readonly key: PageKey;
  readonly page: StoredPage;
}

/** A page whose render begins now. */
async function render(store: LedgerStore, path: string, ...tags: readonly string[]): Promise<Rendered> {
  const { sequence } = await store.read();
  const page: StoredPage = {
    status: 200,
    headers: {},
    renderedAt: 0,
    expiration: false,
    tags,
    ledgerSequence: sequence,
    bodyHash: '',
    body: Buffer.from(''),
    etag: '',
    prerendered: false,
  };
  return { key: keyOf(path), page };
}

const isOutOfDate = (store: LedgerStore, { key, page }: Rendered) => isRevalidated(key, page, store);

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
    ])('puts a page out of date by %s, for every reader, as soon as that is noted', async (_what, entry) => {
      const [writer, reader] = [subject.open(), subject.open()];
      const tags = ['ünï,"code"', 'é'.repeat(500), '__proto__'];
      const page = await render(reader, '/blog/a', ...tags);
      expect(await isOutOfDate(reader, page)).toBe(false);
      expect(await writer.append([entry])).toBe(1);
      expect(await isOutOfDate(reader, page)).toBe(true);
      expect(await isOutOfDate(writer, page)).toBe(true);
      expect(await isOutOfDate(reader, await render(reader, '/blog/a', ...tags))).toBe(false);
    });

    test('leaves pages alone that the entry does not cover', async () => {
      const store = subject.open();
      const pages = await Promise.all(
        Array.from({ length: 50 }, (_, i) => render(store, `/other/${i}`, `x${i}`, `${'é'.repeat(500)}${i}`)),
      );
      await store.append(['tag:x', `tag:${'é'.repeat(500)}`, 'path:/blog/a', 'prefix:/blog/']);
      expect(await Promise.all(pages.map((page) => isOutOfDate(store, page)))).toEqual(Array(50).fill(false));
    });

    test('shows a name that was noted before to those who have seen it', async () => {
      const [writer, reader] = [subject.open(), subject.open()];
      const names = Array.from({ length: 3 }, () => ['tag:a', 'tag:b']);
      for (const [i, both] of names.entries()) {
        const page = await render(reader, '/', 'a');
        expect(await writer.append(both)).toBe(i + 1);
        expect(await isOutOfDate(reader, page)).toBe(true);
      }
    });

    test('loses no append of many at the same time', async () => {
      const tags = Array.from({ length: 12 }, (_, i) => `t${i}`);
      const pages = await Promise.all(tags.map((tag) => render(subject.open(), '/', tag)));
      const sequences = await Promise.all(tags.map((tag) => subject.open().append([`tag:${tag}`, 'tag:all'])));
      expect(sequences.toSorted((a, b) => a - b)).toEqual(tags.map((_, i) => i + 1));
      const reader = subject.open();
      expect(await Promise.all(pages.map((page) => isOutOfDate(reader, page)))).toEqual(tags.map(() => true));
      expect(await isOutOfDate(reader, await render(reader, '/', ...tags, 'all'))).toBe(false);
    });

    test('takes a thousand names at once', async () => {
      const store = subject.open();
      const pages = await Promise.all(Array.from({ length: 1000 }, (_, i) => render(store, `/${i}`, `t${i}`)));
      await store.append(pages.map(({ page }) => `tag:${page.tags[0]}`));
      const reader = subject.open();
      expect(await Promise.all(pages.slice(-20).map((page) => isOutOfDate(reader, page)))).toEqual(
        Array(20).fill(true),
      );
    });

    test('forgets names after 31 days: pages older than that are out of date, younger ones are not', async () => {
      const store = subject.open();
      const old = await render(store, '/', 'other');
      await store.append(['tag:a']);
      const young = await render(store, '/', 'other');
      subject.advance(31 * DAY_MS);
      await store.append(['tag:b']);
      expect(await isOutOfDate(store, old)).toBe(false);
      subject.advance(DAY_MS);
      await store.append(['tag:b']);
      expect(await isOutOfDate(store, old)).toBe(true);
      expect(await isOutOfDate(store, young)).toBe(false);
    });
  });
}
