import { believe, describeAnswer, isBelieved } from './beliefs.ts';
import { LATEST_PURGE_MS } from './checks/copy-checks.ts';
import type { Covered } from './checks/revalidation-checks.ts';
import type { Random } from './random.ts';
import { type Delivery, signedDelivery } from './webhooks.ts';
import { isCovered, type Wish } from './wish.ts';
import type { World } from './world.ts';

interface Sent extends Delivery {
  readonly covered: readonly Covered[];
}

/** The CMS sends a webhook of each save. It may send the same one twice, and does again when it failed. */
export class WebhookSender {
  readonly #world: World;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  send(wish: Wish, random: Random, tries: number): void {
    const { checker, scheduler, site, weather } = this.#world;
    const isPatient = random.chance(0.2);
    scheduler.after(this.#world.latency(random), () => {
      const covered = checker.cover(site.pages.filter((page) => isCovered(page, wish)));
      const sent = { id: `delivery-${this.#count++}`, wish, isPatient, covered };
      this.#deliver(sent, random, tries);
      if (!weather.has('webhooks-come-twice') || random.chance(0.5)) return;
      const laterMs = random.pick([0, random.between(0, 3000), random.between(3000, 200_000)]);
      scheduler.after(laterMs, () => this.#deliver(sent, random, 1));
    });
    if (random.chance(0.05)) this.#forge(wish);
  }

  #deliver(sent: Sent, random: Random, tries: number): void {
    const { checker, renderChecks, revalidate, scheduler } = this.#world;
    const what = `webhook ${sent.id} ${JSON.stringify(sent.wish)}`;
    const pages = sent.covered.map(({ page }) => page);
    if (this.#world.isTraced) this.#world.say('cms', `sends ${what}`);
    renderChecks.revalidationMoved(pages);
    revalidate.invoke(signedDelivery(sent, scheduler.now), (invocation) => {
      renderChecks.revalidationMoved(pages);
      if (this.#world.isTraced) this.#world.say('cms', `${what} is answered ${describeAnswer(invocation)}`);
      if (!isBelieved(invocation)) {
        if (tries > 1) scheduler.after(random.between(500, 5000), () => this.#deliver(sent, random, tries - 1));
        return;
      }
      if (invocation.answer.body.includes('"ignored"')) checker.violate(4, `${what} was ignored`);
      believe(sent.covered, invocation, checker);
      scheduler.after(LATEST_PURGE_MS, () => checker.settled(sent.covered));
    });
  }

  /** Whoever does not know the secret may send what he likes. */
  #forge(wish: Wish): void {
    const { checker, revalidate, scheduler } = this.#world;
    const delivery = { id: 'of somebody else', wish, isPatient: false };
    revalidate.invoke(signedDelivery(delivery, scheduler.now, 'a guess'), (invocation) => {
      if (isBelieved(invocation)) checker.violate(9, 'a webhook that is signed with a guess was done');
    });
  }
}
