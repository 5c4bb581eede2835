import { expect, test } from 'vitest';
import type { Cdn, WaitingPurge } from '../../../lib/core/ports.ts';
import { createPromptPurger } from '../../../lib/core/purge/prompt-purger.ts';
import { createPurgePace } from '../../../lib/core/purge/purge-pace.ts';
import { purgeWaiting } from '../../../lib/core/purge/purge-waiting.ts';
import { TokenBucket } from '../../../lib/local/cloudfront/api/throttle.ts';
import { createMemoryBucket } from '../../fakes/memory-bucket.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

/** As in lib/constructs/site-queues.ts. */
const ATTEMPTS = 100;
const MINUTES = 10;

/** One site: a pace and a queue of its own, and the CDN of an account that it shares. */
function createSite(name: string, clock: VirtualClock, account: TokenBucket) {
  const pace = createPurgePace(createMemoryBucket(new Map()), clock);
  const queue: { readonly purge: WaitingPurge; receives: number; visibleAt: number }[] = [];
  const purgedAt = new Map<string, number>();
  let mostReceives = 0;
  const cdn: Pick<Cdn, 'purge'> & Cdn = {
    async purge(items) {
      if (!account.take()) return { outcome: 'throttled' };
      for (const item of items) purgedAt.set(item, purgedAt.get(item) ?? clock.now());
      return { outcome: 'purged', invalidation: 'I1' };
    },
    isComplete: async () => true,
  };
  const receive = () => {
    const visible = queue.filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, 10);
    for (const message of visible) {
      message.receives++;
      message.visibleAt = clock.now() + 180_000;
      mostReceives = Math.max(mostReceives, message.receives);
    }
    return visible.map(({ purge }) => purge);
  };
  const remove = (purges: readonly WaitingPurge[]) => {
    for (const purge of purges) {
      const at = queue.findIndex((message) => message.purge === purge);
      if (at >= 0) queue.splice(at, 1);
    }
  };
  const ports = {
    cdn,
    pace,
    clock,
    log: () => {},
    followed: { noteMade: async () => {} },
    announced: { itemsOf: async () => [], settle: async () => {} },
    ledger: { append: async () => 1 },
    queue: {
      receive: async () => receive(),
      remove: async (purges: readonly WaitingPurge[]) => remove(purges),
      async postpone(purges: readonly WaitingPurge[], seconds: number) {
        for (const each of queue) if (purges.includes(each.purge)) each.visibleAt = clock.now() + seconds * 1000;
      },
    },
  };
  const queued = {
    async purge(items: readonly string[]) {
      queue.push({ purge: { items, receipt: `${queue.length}` }, receives: 0, visibleAt: clock.now() });
      return { outcome: 'queued' as const };
    },
  };
  const purger = createPromptPurger({ cdn, pace, clock, queue: queued });
  let asked = 0;
  return {
    name,
    purgedAt,
    askedAt: new Map<string, number>(),
    waiting: () => queue.length,
    mostReceives: () => mostReceives,
    async ask() {
      const item = `#tag:${name}-${asked++}`;
      this.askedAt.set(item, clock.now());
      await purger.purge([item]);
    },
    /** What Lambda does with the queue, until `until`. */
    async work(until: number) {
      while (clock.now() < until) {
        const atHand = receive();
        if (atHand.length > 0 && (await purgeWaiting(atHand, ports))) remove(atHand);
        await clock.sleep(500);
      }
    },
  };
}

test('two sites that share the throttle of one account lose no purge, and none is put aside: it comes later', async () => {
  const clock = new VirtualClock();
  // About one call in two seconds, of both: https://github.com/aws/aws-sdk-js/issues/3983
  const account = new TokenBucket({ burst: 2, perSecond: 0.5 }, clock);
  const sites = ['a', 'b'].map((name) => createSite(name, clock, account));
  const begun = clock.now();
  const until = begun + MINUTES * 60_000;
  const editor = async (site: (typeof sites)[number]): Promise<void> => {
    // Each keeps a pace that would use up the account's by itself, for five minutes.
    while (clock.now() < begun + 300_000) {
      await site.ask();
      await clock.sleep(700);
    }
  };
  await Promise.all(sites.flatMap((site) => [editor(site), site.work(until), site.work(until)]));
  for (const site of sites) {
    expect([site.name, site.waiting()]).toEqual([site.name, 0]);
    expect([...site.askedAt.keys()].filter((item) => !site.purgedAt.has(item))).toEqual([]);
    expect(site.askedAt.size).toBeGreaterThan(100);
    expect(site.mostReceives()).toBeLessThan(ATTEMPTS / 2);
    const latest = Math.max(...[...site.askedAt].map(([item, at]) => (site.purgedAt.get(item) ?? 0) - at));
    expect(latest).toBeLessThan(30_000);
  }
});

test('a site beside one that purges without a pause, and leaves hardly a call, is purged as well', async () => {
  const clock = new VirtualClock();
  const account = new TokenBucket({ burst: 1, perSecond: 0.5 }, clock);
  const site = createSite('a', clock, account);
  const until = clock.now() + MINUTES * 60_000;
  const other = async (): Promise<void> => {
    while (clock.now() < until - 60_000) {
      account.take();
      await clock.sleep(1990);
    }
  };
  await Promise.all([other(), site.ask(), site.work(until)]);
  expect([site.waiting(), site.purgedAt.size]).toEqual([0, 1]);
  expect(site.mostReceives()).toBeLessThan(ATTEMPTS);
});
