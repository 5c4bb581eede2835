import { beforeEach, describe, expect, test } from 'vitest';
import type { Cdn } from '../../../lib/core/ports.ts';
import { createPromptPurger } from '../../../lib/core/purge/prompt-purger.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

let clock: VirtualClock;
let purged: (readonly string[])[];
let queued: (readonly string[])[];
let notes: number;
beforeEach(() => {
  clock = new VirtualClock();
  purged = [];
  queued = [];
  notes = 0;
});

const willing: Cdn['purge'] = async (items) => {
  purged.push(items);
  return { outcome: 'purged', invalidation: 'I1' };
};

function purgerWith(turn: number | 'queue', purge: Cdn['purge']) {
  const queue = {
    async purge(items: readonly string[]) {
      queued.push(items);
      return { outcome: 'queued' as const };
    },
  };
  const pace = { promptTurn: async () => turn, mergedTurn: async () => 0, noteQueued: async () => void notes++ };
  return createPromptPurger({ cdn: { purge, isComplete: async () => true }, pace, clock, queue });
}

describe('a purge', () => {
  test('whose turn it is is made at once', async () => {
    expect(await purgerWith(0, willing).purge(['#tag:a'])).toEqual({ outcome: 'purged', invalidation: 'I1' });
    expect([purged, queued]).toEqual([[['#tag:a']], []]);
  });

  test('whose turn comes soon waits for it', async () => {
    const begun = clock.now();
    expect(await purgerWith(1500, willing).purge(['#tag:a'])).toEqual({ outcome: 'purged', invalidation: 'I1' });
    expect(clock.now() - begun).toBe(1500);
  });

  test('in a burst is left to the queue, without a call', async () => {
    expect(await purgerWith('queue', willing).purge(['#tag:a'])).toEqual({ outcome: 'queued' });
    expect([purged, queued]).toEqual([[], [['#tag:a']]]);
  });

  test('is queued when the CDN throttles', async () => {
    expect(await purgerWith(0, async () => ({ outcome: 'throttled' })).purge(['#tag:a'])).toEqual({
      outcome: 'queued',
    });
    expect(queued).toEqual([['#tag:a']]);
    expect(notes).toBe(1);
  });

  test('that the CDN refuses is queued as well: the page is stored already, so it must not be forgotten', async () => {
    const refuse = () => Promise.reject(new Error('AccessDenied'));
    expect(await purgerWith(0, refuse).purge(['#tag:a'])).toEqual({ outcome: 'queued' });
    expect(queued).toEqual([['#tag:a']]);
  });
});
