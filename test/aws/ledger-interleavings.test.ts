import fc, { type Scheduler } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createS3LedgerStore } from '../../lib/aws/ledger-store.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { EVERYTHING } from '../../lib/core/ledger/ledger.ts';
import type { LedgerStore, PageStore } from '../../lib/core/ports.ts';
import { type ServePorts, servePage } from '../../lib/core/serve-page.ts';
import { neighbourOf } from '../fakes/ledger-pages.ts';
import { createMemoryBucket, type MemoryObjects } from '../fakes/memory-bucket.ts';
import { createMemoryLeaseStore, createMemoryPageStore } from '../fakes/memory-stores.ts';
import { keyOf, textOf } from '../fakes/world.ts';

const DAY_MS = 86_400_000;

const NEIGHBOUR = neighbourOf('a');
const TAGS = ['a', NEIGHBOUR];
const PAGES: Readonly<Record<string, readonly string[]>> = {
  '/a': ['a'],
  '/n': [NEIGHBOUR],
  '/all': TAGS,
};

type Step =
  | { readonly kind: 'view'; readonly path: string }
  | { readonly kind: 'publish'; readonly tags: readonly string[] }
  | { readonly kind: 'publish-all' }
  | { readonly kind: 'days'; readonly days: number };

interface Sandbox {
  /** One after the other. */
  readonly steps: readonly Step[];
  /** The slower, the more the others do while one of its calls is under way. */
  readonly slowness: number;
  /** The number of its calls to the bucket after which it is dead. */
  readonly diesAfter: number | undefined;
}

const paths = Object.keys(PAGES);
const view: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('view'), path: fc.constantFrom(...paths) });
const change = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('publish'), tags: fc.constantFrom(...TAGS.map((tag) => [tag]), TAGS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('publish-all') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('days'), days: fc.constantFrom(16, 40) }) },
);
const sandbox = fc.record<Sandbox>({
  steps: fc.oneof(
    fc.array(view, { minLength: 4, maxLength: 8 }),
    fc.array(change, { minLength: 1, maxLength: 4 }),
    fc.array(fc.oneof(view, change), { minLength: 1, maxLength: 6 }),
  ),
  slowness: fc.constantFrom(1, 1, 3, 10),
  diesAfter: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined, freq: 5 }),
});
const sandboxes = fc.array(sandbox, { minLength: 2, maxLength: 5, size: 'max' });

/** How a sandbox opens the ledger; tests replace it by ledgers that are wrong. */
type OpenLedger = (bucket: Bucket, clock: ServePorts['clock']) => LedgerStore;

/** The content at its source, the bucket, and what was promised to whom. Everything that crosses a network is scheduled. */
class Model {
  /** By tag: how often its content was changed. */
  readonly versions = new Map(TAGS.map((tag) => [tag, 0]));
  /** By tag: the version that a finished revalidation promised. */
  readonly promised = new Map(TAGS.map((tag) => [tag, 0]));
  readonly broken: string[] = [];
  renders = 0;
  readonly #stored: MemoryObjects = new Map();
  readonly #pages = createMemoryPageStore();
  readonly #scheduler: Scheduler;
  readonly #openLedger: OpenLedger;
  #now = Date.parse('2026-11-22T12:00:00Z');
  readonly #clock: ServePorts['clock'] = {
    now: () => this.#now,
    sleep: async (milliseconds) => {
      await this.#network('sleep', 1);
      this.#now += milliseconds;
    },
  };
  readonly #leases = createMemoryLeaseStore(this.#clock);

  constructor(scheduler: Scheduler, openLedger: OpenLedger) {
    this.#scheduler = scheduler;
    this.#openLedger = openLedger;
  }

  async run({ steps, slowness, diesAfter }: Sandbox): Promise<void> {
    const ports = this.#open(slowness, diesAfter ?? Number.POSITIVE_INFINITY);
    try {
      for (const step of steps) await this.#do(step, ports);
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
  }

  #open(slowness: number, diesAfter: number): ServePorts {
    let calls = 0;
    const request = async (call: { readonly key: string }): Promise<void> => {
      await this.#network(`request ${call.key}`, slowness);
      if (++calls > diesAfter) throw new Death();
    };
    const response = (call: { readonly key: string }): Promise<void> => this.#network(`response ${call.key}`, slowness);
    const ledgerClock = { now: this.#clock.now, sleep: () => this.#network('pause', slowness) };
    return {
      ledger: this.#openLedger(createMemoryBucket(this.#stored, { request, response }), ledgerClock),
      pages: this.#distant(this.#pages),
      leases: this.#leases,
      clock: this.#clock,
      log: () => undefined,
      logOnce: () => undefined,
      jobs: { requestRegeneration: async () => undefined },
      renderer: {
        render: async (pageKey) => {
          await this.#network('render', slowness);
          const tags = PAGES[pageKey.replace('/index.html', '')] ?? [];
          const body = Buffer.from(JSON.stringify(tags.map((tag) => [tag, this.versions.get(tag)])));
          this.renders++;
          await this.#network('rendered', slowness);
          return { status: 200, headers: new Headers(), body, hint: { tags } };
        },
      },
    };
  }

  async #do(step: Step, ports: ServePorts): Promise<void> {
    switch (step.kind) {
      case 'view':
        return this.#view(step.path, ports);
      case 'publish':
        return this.#publish(
          step.tags,
          step.tags.map((tag) => `tag:${tag}`),
          ports,
        );
      case 'publish-all':
        return this.#publish(TAGS, [EVERYTHING], ports);
      case 'days':
        await this.#network('days', 1);
        this.#now += step.days * DAY_MS;
    }
  }

  async #view(path: string, ports: ServePorts): Promise<void> {
    const promised = new Map(this.promised);
    const page = await servePage(keyOf(path), { defaultExpiration: false }, ports);
    for (const [tag, version] of JSON.parse(textOf(page)) as [string, number][]) {
      const atLeast = promised.get(tag) ?? 0;
      if (version < atLeast) this.broken.push(`${path} has version ${version} of ${tag}, ${atLeast} was promised`);
    }
  }

  async #publish(tags: readonly string[], names: readonly string[], { ledger }: ServePorts): Promise<void> {
    const published = tags.map((tag) => [tag, (this.versions.get(tag) ?? 0) + 1] as const);
    for (const [tag, version] of published) this.versions.set(tag, version);
    await ledger.append(names);
    for (const [tag, version] of published) this.promised.set(tag, Math.max(version, this.promised.get(tag) ?? 0));
  }

  #distant(pages: PageStore): PageStore {
    const over = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      await this.#network(what, 1);
      return work();
    };
    return {
      read: (key) => over('read page', () => pages.read(key)),
      write: (...write) => over('write page', () => pages.write(...write)),
      remove: (...removal) => over('remove page', () => pages.remove(...removal)),
    };
  }

  async #network(label: string, slowness: number): Promise<void> {
    for (let i = 0; i < slowness; i++) await this.#scheduler.schedule(Promise.resolve(), label);
  }
}

class Death extends Error {}

const VIEW_ALL: Sandbox = {
  steps: paths.map((path) => ({ kind: 'view', path })),
  slowness: 1,
  diesAfter: undefined,
};

function theLedgerKeepsItsPromise(openLedger: OpenLedger) {
  return fc.asyncProperty(fc.scheduler(), sandboxes, async (scheduler, all) => {
    const model = new Model(scheduler, openLedger);
    await scheduler.waitFor(model.run(VIEW_ALL));
    await scheduler.waitFor(Promise.all(all.map((sandbox) => model.run(sandbox))));
    await scheduler.waitFor(model.run(VIEW_ALL));
    expect(model.broken).toEqual([]);
    const { renders } = model;
    await scheduler.waitFor(model.run(VIEW_ALL));
    expect(model.renders).toBe(renders);
  });
}

test('whatever happens at the same time, no page from before a finished revalidation is served', async () => {
  await fc.assert(theLedgerKeepsItsPromise(createS3LedgerStore), { numRuns: 1000 });
});

describe('that test notices a ledger', () => {
  test.each<[string, OpenLedger]>([
    [
      'that overwrites what others wrote',
      (bucket, clock) =>
        createS3LedgerStore({ ...bucket, put: (key, body) => bucket.put(key, body, { headers: {} }) }, clock),
    ],
    [
      'that answers before it has written all',
      (bucket, clock) => {
        const ledger = createS3LedgerStore(bucket, clock);
        const append = async (names: readonly string[]): Promise<number> => {
          ledger.append(names).catch(() => undefined);
          return 0;
        };
        return { ...ledger, append };
      },
    ],
    [
      'that does not ask whether the summary changed',
      (bucket, clock) => {
        const ledger = createS3LedgerStore(bucket, clock);
        let read: ReturnType<LedgerStore['read']> | undefined;
        return {
          ...ledger,
          read: () => {
            read ??= ledger.read();
            return read;
          },
        };
      },
    ],
    [
      'that does not ask whether a shard changed',
      (bucket, clock) => {
        const ledger = createS3LedgerStore(bucket, clock);
        const known = new Map<number, Awaited<ReturnType<LedgerStore['readShards']>>>();
        return {
          ...ledger,
          readShards: async (shards, summary) => {
            for (const shard of shards)
              if (!known.has(shard)) known.set(shard, await ledger.readShards([shard], summary));
            return new Map(shards.flatMap((shard) => [...(known.get(shard) ?? [])]));
          },
        };
      },
    ],
  ])('%s', async (_what, openLedger) => {
    const { failed } = await fc.check(theLedgerKeepsItsPromise(openLedger), { numRuns: 5000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
