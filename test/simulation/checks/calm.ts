import type { EdgeLocation } from '../aws/edge-location.ts';
import { Editor } from '../editor.ts';
import type { Random } from '../random.ts';
import { isAsNewAs, type SitePage } from '../site.ts';
import type { World } from '../world.ts';

const MINUTE_MS = 60_000;
/** Longer than the longest expiration, than a purge may wait in the queue, and than clocks differ. */
const QUIET_MS = 100 * MINUTE_MS;
const POLLS = 6;
const POLL_MS = 5000;

/** Nothing fails any more: in the end everything has to be right. */
export class Calm {
  readonly #world: World;
  readonly #random: Random;
  isOver = false;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  begin(): void {
    const { scheduler, site, weather } = this.#world;
    if (this.#world.isTraced) this.#world.say('calm', 'begins');
    weather.calmDown();
    for (const page of site.pages) if (page.state === 'failing') page.state = 'normal';
    scheduler.after(30 * MINUTE_MS, () => {
      this.#world.checker.everythingIsPurged();
      this.#world.copyChecks.checkAll();
      this.#checkQueues();
    });
    scheduler.after(35 * MINUTE_MS, () => this.#visitAll());
    scheduler.after(QUIET_MS, () => this.#poll(POLLS, (page) => page.expiration !== false, 'long after the last edit'));
    scheduler.after(QUIET_MS + MINUTE_MS, () => this.#revalidateAll());
  }

  #checkQueues(): void {
    const { checker, jobs, purges } = this.#world;
    if (purges.messages.length > 0) checker.violate(4, `${purges.messages.length} purges still wait`);
    if (purges.deadLetters.length > 0) checker.violate(4, `${purges.deadLetters.length} purges are dead letters`);
    if (jobs.messages.length > 0) checker.violate(5, `${jobs.messages.length} jobs still wait`);
  }

  /** Each answer is compared with what is owed by then. */
  #visitAll(): void {
    const { distribution, site } = this.#world;
    for (const location of distribution.locations) {
      for (const page of site.pages) distribution.view(location, page, '', {}, () => undefined);
    }
  }

  #revalidateAll(): void {
    const { scheduler } = this.#world;
    new Editor(this.#world).revalidate({ all: true }, this.#random, 3);
    scheduler.after(10 * MINUTE_MS, () => this.#poll(POLLS, () => true, 'after everything was revalidated'));
    scheduler.after(12 * MINUTE_MS, () => {
      this.isOver = true;
    });
  }

  /** The last answer of several has to be new: the first may ask for a regeneration. */
  #poll(polls: number, isMeant: (page: SitePage) => boolean, when: string): void {
    const { distribution, scheduler, site } = this.#world;
    for (const location of distribution.locations) {
      for (const page of site.pages.filter(isMeant)) {
        for (const query of page.queries) this.#look(location, page, query, polls === 1, when);
      }
    }
    if (polls > 1) scheduler.after(POLL_MS, () => this.#poll(polls - 1, isMeant, when));
  }

  #look(location: EdgeLocation, page: SitePage, query: string, isLast: boolean, when: string): void {
    const { checker, distribution, site } = this.#world;
    distribution.view(location, page, query, {}, ({ edge, status }) => {
      if (!isLast || edge?.copy?.overtaken === 'under way') return;
      const now = site.versionsOf(page);
      const shown = edge?.answer.shown;
      if (shown !== undefined && isAsNewAs(shown.versions, now)) return;
      const got = shown === undefined ? `${status} '${edge?.answer.body}'` : shown.versions.join('.');
      checker.violate(5, `${when}, ${page.path} at ${location.name} is ${got}, not ${now.join('.')}`);
    });
  }
}
