import { beforeEach, describe, expect, test } from 'vitest';
import { entryOfPath } from '../../lib/core/ledger/ledger.ts';
import type { PageStore } from '../../lib/core/ports.ts';
import { type ServePorts, servePage } from '../../lib/core/serve-page.ts';
import type { World } from '../fakes/world.ts';
import { cacheControl, KEY, seen, storedWorld } from './served.ts';

const BRIEFLY = 'public, max-age=0, s-maxage=2, stale-if-error=0';

let world: World;
let ledgerReads: number;
beforeEach(async () => {
  world = await storedWorld();
  ledgerReads = 0;
});

interface Slowness {
  /** Milliseconds until the page is read. */
  readonly page?: number;
  /** Milliseconds that each read of the ledger takes, one after the other; then none. */
  readonly ledger?: readonly number[];
}

/** The world's ports over a network that takes its time. The answer of the first read is of before, however late. */
function slowly({ page = 0, ledger = [] }: Slowness): ServePorts {
  const { clock } = world;
  const pages: PageStore = {
    ...world.pages,
    read: async (key) => {
      const read = await world.pages.read(key);
      await clock.sleep(page);
      return read;
    },
  };
  const read: ServePorts['ledger']['read'] = async () => {
    const milliseconds = ledger[ledgerReads++] ?? 0;
    const summary = await world.ledger.read();
    await clock.sleep(milliseconds);
    return summary;
  };
  return { ...world, pages, ledger: { ...world.ledger, read } };
}

async function revalidateAfter(milliseconds: number): Promise<void> {
  await world.clock.sleep(milliseconds);
  await world.ledger.append([entryOfPath('/blog/a')]);
}

describe('a hit that is answered late', () => {
  test('is not kept when the page was revalidated meanwhile: the purge went by already', async () => {
    const serving = servePage(KEY, world.options, slowly({ page: 1500 }));
    await revalidateAfter(300);
    expect(seen(await serving)).toEqual({ state: 'HIT', text: '<h1>one</h1>' });
    expect(cacheControl(await serving)).toBe('private, no-store');
  });

  test('is kept as any other when nothing was revalidated', async () => {
    const page = await servePage(KEY, world.options, slowly({ page: 1500 }));
    expect(cacheControl(page)).toContain('s-maxage=58,');
    expect(ledgerReads).toBe(2);
  });

  test('is kept for a moment alone when the ledger is as slow: nobody can know', async () => {
    const page = await servePage(KEY, world.options, slowly({ page: 300, ledger: [0, 900, 900] }));
    expect(cacheControl(page)).toBe(BRIEFLY);
    expect(ledgerReads).toBe(3);
  });

  test('is kept when a second look at the ledger was quick', async () => {
    const page = await servePage(KEY, world.options, slowly({ page: 300, ledger: [0, 900, 50] }));
    expect(cacheControl(page)).toContain('s-maxage=59,');
  });

  test('costs a look at the ledger only if it is late', async () => {
    await servePage(KEY, world.options, slowly({ page: 200 }));
    expect(ledgerReads).toBe(1);
  });
});

test('an expired page that is answered late is not kept when it was revalidated meanwhile', async () => {
  world.clock.advance(61_000);
  const serving = servePage(KEY, world.options, slowly({ page: 1500 }));
  await revalidateAfter(300);
  expect(cacheControl(await serving)).toBe('private, no-store');
});

test('a rendered page is kept for a moment alone when the last look at the ledger took long', async () => {
  world.pages.pages.clear();
  const ports = slowly({});
  const read: ServePorts['ledger']['read'] = async () => {
    const summary = await world.ledger.read();
    if (world.site.renders.length > 1) await world.clock.sleep(900);
    return summary;
  };
  const page = await servePage(KEY, world.options, { ...ports, ledger: { ...world.ledger, read } });
  expect(cacheControl(page)).toBe(BRIEFLY);
});
