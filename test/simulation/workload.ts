import { SITE_ADDRESS_KEY } from '../../lib/handover/site-address.ts';
import type { BucketObject } from './aws/bucket.ts';
import { UPDATE_MS } from './aws/lambda.ts';
import { writeAddress } from './deployment.ts';
import { Editor } from './editor.ts';
import { gap } from './gap.ts';
import { Random } from './random.ts';
import { TOKEN } from './requests.ts';
import type { PageState, SitePage } from './site.ts';
import type { World } from './world.ts';

export interface WorkloadOptions {
  readonly seed: number;
  readonly events: number;
  /** Numbers of events that are left out. */
  readonly without: ReadonlySet<number>;
}

type Action = readonly [weight: number, act: (random: Random) => void];

/** More are visited once before all else, since chance meets each of them seldom. */
const FEW = 10;
const OUTAGE_MS = [2000, 90_000] as const;

/** What viewers, editors and misfortune do. Each event draws from a stream of its own, so that leaving one out changes no other. */
export class Workload {
  /** Epoch milliseconds of the last event. */
  readonly endsAt: number;
  readonly #world: World;
  readonly #editor: Editor;
  readonly #actions: readonly Action[];
  #liveDeployment = 1;
  #newestDeployment = 1;
  #deployingUntil = 0;
  #snapshot: ReadonlyMap<string, BucketObject> | undefined;

  constructor(world: World, { seed, events, without }: WorkloadOptions) {
    this.#world = world;
    this.#editor = new Editor(world);
    this.#actions = this.#possibleActions();
    const random = new Random(seed).fork('workload');
    const kinds = random.fork('kinds');
    let at = 0;
    for (let i = 0; i < events; i++) {
      at += gap(random);
      const kind = this.#pick(kinds);
      if (without.has(i)) continue;
      world.scheduler.after(at, () => {
        if (world.isTraced) world.say('event', String(i));
        kind(new Random(seed).fork(`event ${i}`));
      });
    }
    this.endsAt = world.scheduler.now + at;
    if (world.site.pages.length > FEW) this.#visitAll(new Random(seed).fork('visits'));
  }

  #possibleActions(): readonly Action[] {
    const { weather } = this.#world;
    const actions: Action[] = [
      [50, (random) => this.#view(random)],
      [8, (random) => this.#edit(random)],
      [12, (random) => this.#save(random)],
      [6, (random) => this.#editor.revalidate(this.#editor.wish(random), random)],
      [3, (random) => this.#burst(random)],
      [2, (random) => this.#stampede(random)],
      [4, (random) => this.#race(random)],
      [2, (random) => this.#lateJob(random)],
      [1, (random) => this.#inventedPaths(random)],
    ];
    if (weather.has('outages')) actions.push([2, (random) => this.#outage(random)]);
    if (weather.has('account-is-throttled')) actions.push([2, (random) => this.#crowd(random)]);
    if (weather.has('deployments')) actions.push([2, (random) => this.#deploy(random)]);
    if (weather.has('ledger-is-lost')) actions.push([1, () => this.#loseLedger()]);
    if (weather.has('ledger-is-restored')) actions.push([2, () => this.#restoreLedger()]);
    if (weather.has('objects-are-corrupted')) actions.push([2, (random) => this.#corrupt(random)]);
    if (weather.has('address-is-spoilt')) actions.push([1, (random) => this.#spoilAddress(random)]);
    return actions;
  }

  #pick(random: Random): Action[1] {
    let dice = random.below(this.#actions.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, act] of this.#actions) {
      dice -= weight;
      if (dice < 0) return act;
    }
    return () => {};
  }

  #view(random: Random): void {
    const { distribution, site } = this.#world;
    const page = random.pick(site.pages);
    const headers: Record<string, string> = random.chance(0.03) ? { cookie: TOKEN } : {};
    if (random.chance(0.02)) headers['x-prerender-revalidate'] = 'a guess';
    if (random.chance(0.1)) headers['accept-language'] = 'de';
    if (random.chance(0.03)) {
      this.#editor.revalidateByHeader(page, random);
      return;
    }
    distribution.view(
      random.pick(distribution.locations),
      page,
      random.chance(0.1) ? 'utm=1' : random.pick(page.queries),
      headers,
      () => undefined,
    );
  }

  #visitAll(random: Random): void {
    const { distribution, scheduler, site } = this.#world;
    for (const page of site.pages) {
      scheduler.after(random.between(0, 10_000), () =>
        distribution.askServe(random.pick(distribution.locations), page, random),
      );
    }
  }

  #edit(random: Random): SitePage {
    const { cms, site, weather } = this.#world;
    const page = random.pick(site.pages);
    if (weather.has('pages-change-state') && random.chance(0.4)) {
      page.state = random.pick<PageState>(['normal', 'redirect', 'binary', 'gone', 'private', 'failing']);
      if (this.#world.isTraced) this.#world.say('cms', `${page.path} is ${page.state} from now on`);
    }
    const content = random.pick(page.contents);
    const version = cms.edit(content);
    if (this.#world.isTraced) this.#world.say('cms', `content ${content} is ${version}`);
    return page;
  }

  /** An edit, and word of it. */
  #save(random: Random): void {
    const page = this.#edit(random);
    const wishes = [
      () => ({ paths: [page.path] }),
      () => ({ tags: [random.pick(page.tags)] }),
      () => this.#editor.wish(random),
    ];
    const wish = random.pick(wishes)();
    this.#editor.revalidate(wish, random);
    // Some vendors send two webhooks for one save.
    if (random.chance(0.2))
      this.#world.scheduler.after(random.between(1, 3000), () => this.#editor.revalidate(wish, random));
  }

  #burst(random: Random): void {
    for (let i = random.between(2, 6); i > 0; i--) {
      this.#world.scheduler.after(random.between(0, 2000), () => this.#save(random));
    }
  }

  /** A job of long ago, which somebody else has done meanwhile. */
  #lateJob(random: Random): void {
    const { bucket, jobs } = this.#world;
    const keys = [...bucket.objects.keys()].filter((key) => key.startsWith('deployments/'));
    const [, deploymentId = '', pageKey = ''] = /^deployments\/(\w+)(\/.*)$/.exec(random.pick(keys) ?? '') ?? [];
    if (pageKey === '') return;
    const MessageBody = JSON.stringify({ pageKey, deploymentId, version: 'of long ago' });
    const body = JSON.stringify({
      MessageBody,
      MessageGroupId: pageKey,
      MessageDeduplicationId: String(random.next()),
    });
    jobs.call({
      service: 'sqs',
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
      body,
    });
  }

  /** An editor saves what a viewer waits for, and another viewer comes soon. */
  #race(random: Random): void {
    const { cms, distribution, scheduler, site } = this.#world;
    const page = random.pick(site.pages);
    const location = random.pick(distribution.locations);
    const look = (): void => distribution.view(location, page, '', {}, () => undefined);
    look();
    scheduler.after(random.between(0, 1500), () => {
      for (const content of page.contents) cms.edit(content);
      this.#editor.revalidate(random.chance(0.5) ? { tags: [random.pick(page.tags)] } : { paths: [page.path] }, random);
    });
    for (let i = 0; i < 3; i++) scheduler.after(random.between(2000, 40_000), look);
  }

  /** Many regional caches of CloudFront ask at the same time. */
  #stampede(random: Random): void {
    const { distribution, site } = this.#world;
    const page = random.pick(site.pages);
    for (let i = 0; i < 12; i++) distribution.askServe(random.pick(distribution.locations), page, random);
  }

  #inventedPaths(random: Random): void {
    const { distribution, site } = this.#world;
    const page = { ...random.pick(site.pages), path: `/invented/${random.below(1000)}` };
    distribution.view(random.pick(distribution.locations), page, '', {}, () => undefined);
  }

  #outage(random: Random): void {
    const { weather, scheduler } = this.#world;
    if (this.#world.isTraced) this.#world.say('outage', 'begins');
    weather.outage = random.chance(0.5) ? 'all' : 'serve';
    scheduler.after(random.between(...OUTAGE_MS), () => {
      if (this.#world.isTraced) this.#world.say('outage', 'ends');
      weather.outage = undefined;
    });
  }

  /** Two sites share what an account may purge, and neither knows of the other. */
  #crowd(random: Random): void {
    const { weather, scheduler } = this.#world;
    if (this.#world.isTraced) this.#world.say('another site', 'begins to purge');
    weather.isCrowded = true;
    scheduler.after(random.between(10_000, 90_000), () => {
      weather.isCrowded = false;
    });
  }

  /** Or a rollback. */
  #deploy(random: Random): void {
    const { bucket, distribution, scheduler } = this.#world;
    // CloudFormation does one after the other.
    if (scheduler.now < this.#deployingUntil) return;
    const isRollback = this.#newestDeployment > 1 && random.chance(0.4);
    const next = isRollback ? random.between(1, this.#newestDeployment) : ++this.#newestDeployment;
    if (next === this.#liveDeployment) return;
    this.#liveDeployment = next;
    const code = this.#world.codeOf(`a${next}`);
    if (this.#world.isTraced) this.#world.say('deployment', `of ${code.id} begins`);
    this.#world.checker.released(code.id);
    const { serve, live, render, revalidate, purge } = this.#world;
    const after = (milliseconds: number, act: () => void): number => {
      scheduler.after(milliseconds, act);
      return milliseconds;
    };
    const updated = Math.max(
      after(random.between(0, 20_000), () => serve.update(code.serve)),
      after(random.between(0, 20_000), () => live.update(code.live)),
      after(random.between(0, 20_000), () => render.update(code.render)),
      after(random.between(0, 20_000), () => revalidate.update(code.revalidate)),
      after(random.between(0, 20_000), () => purge.update(code.purge)),
    );
    // As the template has it: the edge names a deployment once all functions have its code.
    const released = after(updated + UPDATE_MS + random.between(0, 5000), () => distribution.release(code, random));
    const written = after(released + random.between(1000, 60_000), () => writeAddress(bucket));
    this.#deployingUntil = scheduler.now + written;
  }

  #loseLedger(): void {
    for (const key of this.#ledgerKeys()) this.#world.bucket.objects.delete(key);
    if (this.#world.isTraced) this.#world.say('misfortune', 'the ledger is lost');
  }

  #restoreLedger(): void {
    const { bucket } = this.#world;
    const snapshot = this.#snapshot;
    if (snapshot === undefined) {
      this.#snapshot = new Map(this.#ledgerKeys().map((key) => [key, bucket.objects.get(key) as BucketObject]));
      return;
    }
    this.#snapshot = undefined;
    for (const key of this.#ledgerKeys()) bucket.objects.delete(key);
    for (const [key, object] of snapshot) bucket.objects.set(key, object);
    this.#world.checker.ledgerWasRestored();
    if (this.#world.isTraced) this.#world.say('misfortune', 'an older ledger is restored');
  }

  #ledgerKeys(): string[] {
    return [...this.#world.bucket.objects.keys()].filter((key) => key.startsWith('_isr/ledger'));
  }

  #corrupt(random: Random): void {
    const { bucket } = this.#world;
    const keys = [...bucket.objects.keys()].filter((each) => each !== SITE_ADDRESS_KEY);
    const key = keys.length === 0 ? undefined : random.pick(keys);
    const object = key === undefined ? undefined : bucket.objects.get(key);
    if (key === undefined || object === undefined) return;
    const garbage = random.pick(['null', '[]', '{}', '{"a', '']);
    if (this.#world.isTraced) this.#world.say('misfortune', `${key} becomes ${garbage}`);
    if (key.startsWith('deployments/')) {
      bucket.objects.set(key, { ...object, headers: { ...object.headers, 'x-amz-meta-isr': garbage } });
    } else {
      bucket.objects.set(key, { ...object, body: Buffer.from(garbage), etag: `"${random.next()}"` });
    }
  }

  /** Until somebody deploys, because of the alarm. */
  #spoilAddress(random: Random): void {
    const { bucket, scheduler } = this.#world;
    if (this.#world.isTraced) this.#world.say('misfortune', 'the address of the site is spoilt');
    if (random.chance(0.5)) bucket.objects.delete(SITE_ADDRESS_KEY);
    else bucket.put(SITE_ADDRESS_KEY, Buffer.from('{"a'), {});
    scheduler.after(random.between(30_000, 300_000), () => writeAddress(bucket));
  }
}
