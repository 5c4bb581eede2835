import { beforeEach, describe, expect, test } from 'vitest';
import type { PageFacts } from '../../lib/core/page/page.ts';
import type { PageStore } from '../../lib/core/ports.ts';
import { keyOf, textOf } from '../fakes/world.ts';

const FACTS: PageFacts = {
  status: 404,
  headers: { 'content-type': 'text/html; charset=utf-8', 'x-two  blanks': 'a  b', link: '</é.css>; rel="preload"' },
  renderedAt: 1_795_348_800_123,
  expiration: 60,
  staleWhileRevalidate: 30,
  tags: ['ünï,code', 'emoji 🎉', ''],
  ledgerSequence: 7,
  bodyHash: 'ab'.repeat(32),
  retryAt: 1_795_348_830_123,
};
const bytes = (text: string): Uint8Array => Buffer.from(text);
const ABSENT = { absent: true } as const;

/** What every store of pages keeps, whatever it is made of. Each test gets an empty one. */
export function describePageStore(name: string, create: () => Promise<PageStore>): void {
  describe(`a page store: ${name}`, () => {
    const pageKey = keyOf('/blog/caf%C3%A9');
    let store: PageStore;
    beforeEach(async () => {
      store = await create();
    });

    test('has no page that was not written', async () => {
      expect(await store.read(pageKey)).toBeUndefined();
    });

    test('gives back facts and body as they were written', async () => {
      const etag = await store.write({ ...FACTS, pageKey, body: bytes('<h1>é</h1>') }, ABSENT);
      const page = await store.read(pageKey);
      expect(page).toMatchObject({ ...FACTS, etag, isPrerendered: false });
      expect(textOf(page ?? { body: bytes('') })).toBe('<h1>é</h1>');
    });

    test('keeps facts of any size', async () => {
      const facts = { ...FACTS, tags: Array.from({ length: 200 }, (_, i) => `a tag of some length, number ${i}`) };
      await store.write({ ...facts, pageKey, body: bytes('x') }, ABSENT);
      expect(await store.read(pageKey)).toMatchObject(facts);
    });

    test('keeps an empty body', async () => {
      const headers = { location: '/a' };
      await store.write({ ...FACTS, status: 301, headers, pageKey, body: bytes('') }, ABSENT);
      expect((await store.read(pageKey))?.body.byteLength).toBe(0);
    });

    test.each<[string, PageFacts, string]>([
      ['a redirect, whose body is empty', { ...FACTS, status: 301, headers: { location: '/b' } }, ''],
      ['an image', { ...FACTS, status: 200, headers: { 'content-type': 'image/png' } }, '\x89PNG\r\n'],
      ['a text', FACTS, '<h1>é</h1>\n'],
      ['data', { ...FACTS, headers: { 'content-type': 'application/json' } }, '{"a":1}'],
      ['a plain text', { ...FACTS, headers: { 'content-type': 'text/plain' } }, 'a  \n'],
    ])('gives %s another entity tag with each write of the same bytes', async (_what, facts, text) => {
      const etags: string[] = [];
      for (let i = 0; i < 20; i++) {
        const etag = etags.at(-1);
        const condition = etag === undefined ? ABSENT : { etag };
        etags.push(await store.write({ ...facts, pageKey, body: bytes(text) }, condition));
        expect(Buffer.from((await store.read(pageKey))?.body ?? []).toString()).toBe(text);
      }
      expect(etags).not.toContain('conflict');
      expect(new Set(etags).size).toBe(20);
    });

    test.each([
      '/',
      '/rss.xml',
      '/a%20b',
      '/100%25',
      '/!x',
      '/%F0%9F%8E%89',
      "/it's-(a)-*test*",
      '/a+b',
      `/${'x'.repeat(900)}`,
    ])('tells %s from every other page', async (path) => {
      await store.write({ ...FACTS, pageKey: keyOf(path), body: bytes(path) }, ABSENT);
      expect(textOf((await store.read(keyOf(path))) ?? { body: bytes('') })).toBe(path);
      expect(await store.read(keyOf('/other'))).toBeUndefined();
    });

    test('lets one of many writers create a page', async () => {
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.write({ ...FACTS, pageKey, body: bytes(`${i}`) }, ABSENT)),
      );
      const winners = written.filter((etag) => etag !== 'conflict');
      expect(winners).toHaveLength(1);
      expect((await store.read(pageKey))?.etag).toBe(winners[0]);
    });

    test('lets one of many writers replace a page', async () => {
      const etag = await store.write({ ...FACTS, pageKey, body: bytes('old') }, ABSENT);
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.write({ ...FACTS, pageKey, body: bytes(`${i}`) }, { etag })),
      );
      expect(written.filter((result) => result !== 'conflict')).toHaveLength(1);
    });

    test('does not replace a page that is gone', async () => {
      const old = { ...FACTS, pageKey, body: bytes('old'), isPrerendered: false };
      const etag = await store.write(old, ABSENT);
      expect(await store.remove({ ...old, etag })).toBe('removed');
      expect(await store.write({ ...FACTS, pageKey, body: bytes('new') }, { etag })).toBe('conflict');
      expect(await store.read(pageKey)).toBeUndefined();
    });

    test('does not remove another page than the one meant', async () => {
      const old = { ...FACTS, pageKey, body: bytes('old'), isPrerendered: false };
      const etag = await store.write(old, ABSENT);
      await store.write({ ...old, body: bytes('new') }, { etag });
      expect(await store.remove({ ...old, etag })).toBe('conflict');
      expect(textOf((await store.read(pageKey)) ?? { body: bytes('') })).toBe('new');
    });
  });
}
