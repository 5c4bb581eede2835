import type { Invocation } from './aws/lambda.ts';
import { believe, describeAnswer, isBelieved } from './beliefs.ts';
import type { Random } from './random.ts';
import { TOKEN, type UrlAnswer } from './requests.ts';
import { WebhookSender } from './sender.ts';
import type { SitePage } from './site.ts';
import { isCovered, type Wish } from './wish.ts';
import type { World } from './world.ts';

const MOST_TRIES = 3;
/** Of AWS, for one tag: with some that meet another writer and are made again. */
const MOST_CALLS = 40;

/** Revalidates, in every way that there is, and tries again what failed. */
export class Editor {
  readonly #world: World;
  readonly #webhooks: WebhookSender;

  constructor(world: World) {
    this.#world = world;
    this.#webhooks = new WebhookSender(world);
  }

  wish(random: Random): Wish {
    const { pages } = this.#world.site;
    const dice = random.next();
    if (dice < 0.5) {
      const count = random.between(1, 3);
      return { paths: [...new Set(Array.from({ length: count }, () => random.pick(pages).path))] };
    }
    if (dice < 0.8) return { tags: [random.pick(random.pick(pages).tags)] };
    if (dice < 0.85) return { tags: [random.pick(random.pick(pages).tags)], paths: [random.pick(pages).path] };
    return dice < 0.93 ? { prefixes: ['/blog/'] } : { all: true };
  }

  /** Some vendors try again, others do not. */
  revalidate(wish: Wish, random: Random, tries = random.between(1, MOST_TRIES)): void {
    const { checker, scheduler, site, weather } = this.#world;
    if (weather.is('webhooks-come-twice') || weather.is('cms-is-late')) {
      const dice = random.fork(`webhook at ${scheduler.now}`);
      if (dice.chance(0.6)) {
        this.#webhooks.send(wish, dice, tries);
        return;
      }
    }
    if (random.chance(0.1) && wish.tags?.length === 1 && wish.paths === undefined) {
      this.#bySite(wish, random);
      return;
    }
    const isWaiting = random.fork('wait').chance(0.2);
    const body = JSON.stringify(isWaiting ? { ...wish, wait: true } : wish);
    scheduler.after(this.#world.latency(random), () => {
      const covered = checker.cover(site.pages.filter((page) => isCovered(page, wish)));
      if (this.#world.isTraced) this.#world.say('editor', `revalidates ${body}`);
      const pages = covered.map(({ page }) => page);
      this.#world.renderChecks.revalidationMoved(pages);
      const request = { method: 'POST', path: '/', headers: { authorization: `Bearer ${TOKEN}` }, body };
      this.#world.revalidate.invoke(request, (invocation) => {
        this.#world.renderChecks.revalidationMoved(pages);
        if (!isWaiting) this.#checkCosts(wish, invocation);
        if (this.#world.isTraced) this.#world.say('editor', `${body} is answered ${describeAnswer(invocation)}`);
        if (isBelieved(invocation)) return believe(covered, invocation, checker);
        if (tries > 1) scheduler.after(random.between(500, 5000), () => this.revalidate(wish, random, tries - 1));
      });
    });
  }

  /** A tag costs the same for one page and for a million. */
  #checkCosts({ paths, tags = [] }: Wish, invocation: Invocation<UrlAnswer>): void {
    if (paths !== undefined || tags.length === 0 || 'error' in invocation) return;
    const { renders, calls } = invocation.costs;
    if (renders === 0 && calls <= MOST_CALLS) return;
    this.#world.checker.violate(11, `revalidating ${tags} took ${calls} calls and ${renders} renders`);
  }

  /** A form of the site that invalidates a tag. */
  #bySite({ tags = [] }: Wish, random: Random): void {
    const { scheduler, site, checker } = this.#world;
    scheduler.after(this.#world.latency(random), () => {
      const covered = checker.cover(site.pages.filter((page) => isCovered(page, { tags })));
      const path = `/api/${encodeURIComponent(tags[0] ?? '')}`;
      const pages = covered.map(({ page }) => page);
      this.#world.renderChecks.revalidationMoved(pages);
      this.#world.live.invoke({ method: 'POST', path, headers: {} }, (invocation) => {
        this.#world.renderChecks.revalidationMoved(pages);
        if ('answer' in invocation && invocation.answer.status === 200) checker.revalidated(covered, 'queued');
      });
    });
  }

  /** As on Vercel: `GET` of the page with the token. */
  revalidateByHeader(page: SitePage, random: Random): void {
    const { distribution, checker } = this.#world;
    this.#world.renderChecks.revalidationMoved([page]);
    const covered = checker.cover([page]);
    const location = random.pick(distribution.locations);
    distribution.view(location, page, '', { 'x-prerender-revalidate': TOKEN }, ({ edge }) => {
      this.#world.renderChecks.revalidationMoved([page]);
      const state = edge?.answer.headers['x-isr-cache'];
      if (edge?.answer.source === 'serve' && state === 'REVALIDATED') checker.revalidated(covered, 'queued');
    });
  }
}
