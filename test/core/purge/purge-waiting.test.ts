import { beforeEach, describe, expect, test } from 'vitest';
import { IsrError } from '../../../lib/basics/errors.ts';
import type { Cdn, WaitingPurge } from '../../../lib/core/ports.ts';
import { MAX_PURGE_ITEMS } from '../../../lib/core/purge/one-call.ts';
import { purgeWaiting } from '../../../lib/core/purge/purge-waiting.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const purgeOf = (...items: string[]): WaitingPurge => ({ items, receipt: `receipt of ${items.join()}` });
const AT_HAND = purgeOf('#tag:at-hand');
const PURGED = { outcome: 'purged', invalidation: 'I1' } as const;
const THROTTLED = { outcome: 'throttled' } as const;

let clock: VirtualClock;
let waiting: WaitingPurge[][];
let removed: WaitingPurge[];
let postponed: [purge: WaitingPurge, seconds: number][];
let purged: (readonly string[])[];
let logged: string[];
let announced: Map<string, string[]>;
let settled: string[];
let told: [name: string, invalidation: string][];
let appended: { readonly names: readonly string[]; readonly purgesBefore: number }[];
beforeEach(() => {
  clock = new VirtualClock();
  announced = new Map();
  settled = [];
  told = [];
  [waiting, removed, postponed, purged, logged, appended] = [[], [], [], [], [], []];
});

const willing: Cdn['purge'] = async (items) => {
  purged.push(items);
  return PURGED;
};

/** `turns`: what the pace says, one after the other; then it is always free. */
function purgeAll(purge: Cdn['purge'] = willing, turns: number[] = []): Promise<boolean> {
  return purgeWaiting([AT_HAND], {
    cdn: { purge, isComplete: async () => true },
    followed: { noteMade: async (...note) => void told.push(note) },
    clock,
    announced: { itemsOf: async (name) => announced.get(name) ?? [], settle: async (name) => void settled.push(name) },
    pace: { promptTurn: async () => 0, noteQueued: async () => {}, mergedTurn: async () => turns.shift() ?? 0 },
    log: (_level, message) => logged.push(message),
    ledger: {
      async append(names) {
        appended.push({ names, purgesBefore: purged.length });
        return appended.length;
      },
    },
    queue: {
      receive: async () => waiting.shift() ?? [],
      remove: async (purges) => void removed.push(...purges),
      postpone: async (purges, seconds) => {
        for (const each of purges) postponed.push([each, seconds]);
      },
    },
  });
}

describe('the purges that wait', () => {
  test('become one with that at hand, each item once, and are removed when it was made', async () => {
    waiting = [[purgeOf('#tag:a'), purgeOf('#tag:b', '#tag:at-hand')], [purgeOf('/c/*')]];
    expect(await purgeAll()).toBe(true);
    expect(purged).toEqual([['#tag:at-hand', '#tag:a', '#tag:b', '/c/*']]);
    expect(removed.map(({ items }) => items)).toEqual([['#tag:a'], ['#tag:b', '#tag:at-hand'], ['/c/*']]);
    expect(postponed).toEqual([]);
  });

  test('are taken when the turn has come, so that whatever came meanwhile goes along', async () => {
    const begun = clock.now();
    const late = clock.sleep(1000).then(() => waiting.push([purgeOf('#tag:late')]));
    expect(await purgeAll(willing, [2000])).toBe(true);
    await late;
    expect(clock.now() - begun).toBe(2000);
    expect(purged).toEqual([['#tag:at-hand', '#tag:late']]);
  });

  test('are no more than one call takes', async () => {
    const items = Array.from({ length: MAX_PURGE_ITEMS }, (_, i) => `#tag:${i}`);
    waiting = [[purgeOf(...items)], [purgeOf('#tag:left')]];
    await purgeAll();
    expect(purged[0]).not.toContain('#tag:left');
    expect(waiting).toEqual([[purgeOf('#tag:left')]]);
  });

  test('of a webhook of 3,010 tags are purged, not refused until they are dead', async () => {
    waiting = [[purgeOf(...Array.from({ length: 3010 }, (_, i) => `#tag:${i}`))]];
    expect(await purgeAll()).toBe(true);
    expect(purged).toEqual([['/*']]);
    expect(removed).toHaveLength(1);
  });

  test('that somebody follows are told by which invalidation they were made', async () => {
    waiting = [[{ ...purgeOf('#tag:a'), name: 'a' }, purgeOf('#tag:b'), { ...purgeOf('#tag:c'), name: 'c' }]];
    expect(await purgeAll()).toBe(true);
    expect(told).toEqual([
      ['a', 'I1'],
      ['c', 'I1'],
    ]);
  });

  test('that were put off are noted in the ledger before the edge is purged, each once', async () => {
    waiting = [
      [{ ...purgeOf('#tag:a'), entries: ['tag:a', 'path:/a'] }],
      [{ ...purgeOf('#tag:b'), entries: ['tag:a'] }],
    ];
    const responses = [THROTTLED, PURGED];
    let calls = 0;
    const throttledOnce: Cdn['purge'] = async (items) => {
      purged.push(items);
      return responses[calls++] ?? PURGED;
    };
    expect(await purgeAll(throttledOnce)).toBe(true);
    expect(appended).toEqual([{ names: ['tag:a', 'path:/a'], purgesBefore: 0 }]);
  });

  test('of which none was put off leave the ledger alone', async () => {
    waiting = [[purgeOf('#tag:a')]];
    await purgeAll();
    expect(appended).toEqual([]);
  });

  test('wait while the CDN throttles', async () => {
    const responses = [THROTTLED, PURGED];
    let calls = 0;
    const begun = clock.now();
    expect(await purgeAll(async () => responses[calls++] ?? PURGED)).toBe(true);
    expect([calls, clock.now() - begun]).toEqual([2, 3000]);
  });

  test('come again in seconds, that at hand too, when the CDN refuses', async () => {
    waiting = [[purgeOf('#tag:a')]];
    expect(await purgeAll(() => Promise.reject(new Error('AccessDenied')))).toBe(false);
    expect(postponed).toEqual([
      [purgeOf('#tag:a'), 5],
      [AT_HAND, 5],
    ]);
    expect(removed).toEqual([]);
    expect(logged).toEqual(['will be purged later: AccessDenied']);
  });

  test('come again in a minute while nobody knows the distribution: the first deployment takes some', async () => {
    const unknown = new IsrError('SITE_UNKNOWN', 'not there yet');
    expect(await purgeAll(() => Promise.reject(unknown))).toBe(false);
    expect(postponed).toEqual([[AT_HAND, 60]]);
  });

  test('come again when the turn does not come in time', async () => {
    expect(await purgeAll(willing, [12_000, 12_000])).toBe(false);
    expect(purged).toEqual([]);
    expect(postponed).toEqual([[AT_HAND, 5]]);
    expect(logged[0]).toMatch(/the turn of this purge did not come within 20000 ms/);
  });
});
