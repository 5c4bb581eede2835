import { beforeEach, describe, expect, test } from 'vitest';
import type { LedgerStore } from '../../lib/core/ports.ts';

/** `open` gives one more store over the same ledger, as another sandbox has it. Each test begins with an empty one. */
export function describeLedgerStore(name: string, create: () => Promise<{ open(): LedgerStore }>): void {
  describe(`a ledger store: ${name}`, () => {
    let open: () => LedgerStore;
    beforeEach(async () => {
      open = (await create()).open;
    });

    test('begins empty', async () => {
      expect(await open().read()).toEqual({ sequence: 0, floor: 0, entries: {} });
    });

    test('shows an append to every reader as soon as it is done', async () => {
      const [writer, reader] = [open(), open()];
      await reader.read();
      expect(await writer.append(['tag:ü', 'path:/a'])).toBe(1);
      expect(await reader.read()).toEqual({ sequence: 1, floor: 0, entries: { 'tag:ü': 1, 'path:/a': 1 } });
    });

    test('gives a name its newest sequence', async () => {
      const store = open();
      await store.append(['path:/a', 'path:/b']);
      await store.append(['path:/a']);
      expect((await store.read()).entries).toEqual({ 'path:/a': 2, 'path:/b': 1 });
    });

    test('loses no append of many at the same time', async () => {
      const sequences = await Promise.all(Array.from({ length: 12 }, (_, i) => open().append([`tag:${i}`])));
      expect(sequences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
      expect(Object.keys((await open().read()).entries)).toHaveLength(12);
    });
  });
}
