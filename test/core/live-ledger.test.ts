import { expect, test } from 'vitest';
import { createLiveLedger } from '../../lib/core/live-ledger.ts';
import { createWorld, keyOf } from '../fakes/world.ts';

const RESPONSE = { pageKey: keyOf('/live/a'), tags: ['posts'] };

test.each([
  ['its tag', 'tag:posts', true],
  ['its path', 'path:/live/a', true],
  ['what is above it', 'prefix:/live/', true],
  ['everything', 'prefix:/', true],
  ['something else', 'tag:pages', false],
])(
  'a live response that was made while %s was revalidated: %s, kept from the edge: %s',
  async (_name, entry, expected) => {
    const { ledger } = createWorld();
    await ledger.append(['tag:before']);
    const live = createLiveLedger(ledger, () => {});
    const seen = await live.seen();
    await ledger.append([entry]);
    expect(await live.isOvertaken(RESPONSE, seen)).toBe(expected);
  },
);

test('a revalidation that a sandbox had not seen keeps one response from the edge, and not the one after it', async () => {
  const { ledger } = createWorld();
  const live = createLiveLedger(ledger, () => {});
  await live.seen();
  await ledger.append(['tag:posts']);
  expect(await live.isOvertaken(RESPONSE, await live.seen())).toBe(true);
  expect(await live.isOvertaken(RESPONSE, await live.seen())).toBe(false);
});

test('the ledger is read before the first response, and then only for what the edge would keep', async () => {
  const { ledger } = createWorld();
  let reads = 0;
  const counting = {
    ...ledger,
    read: () => {
      reads += 1;
      return ledger.read();
    },
  };
  const live = createLiveLedger(counting, () => {});
  await live.seen();
  await live.seen();
  expect(reads).toBe(1);
  await live.isOvertaken(RESPONSE, await live.seen());
  expect(reads).toBe(2);
});

test('nothing is kept while the ledger cannot be read, and the log says so', async () => {
  const { ledger } = createWorld();
  const log: string[] = [];
  const failing = { ...ledger, read: () => Promise.reject(new Error('no bucket')) };
  const live = createLiveLedger(failing, (_level, message) => void log.push(message));
  const seen = await live.seen();
  expect(await live.isOvertaken(RESPONSE, seen)).toBe(true);
  const { ledger: other } = createWorld();
  expect(await live.isOvertaken(RESPONSE, await other.read())).toBe(true);
  expect(log).toEqual(Array(2).fill('the edge keeps no live response: no bucket'));
});
