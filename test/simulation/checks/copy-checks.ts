import { isAsNewAs } from '../site.ts';
import type { World } from '../world.ts';

/** Announced purges come after six minutes; while purges fail as well, after some tries more. */
export const LATEST_PURGE_MS = 1_800_000;

/** Holds the copies at the edge against what revalidations have stored, whether they lived to purge it or not. */
export class CopyChecks {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  revalidated(key: string): void {
    const { scheduler, storeChecks } = this.#world;
    const stored = storeChecks.revalidated.get(key);
    if (stored !== undefined) scheduler.after(LATEST_PURGE_MS, () => this.#check(key, stored));
  }

  checkAll(): void {
    for (const [key, stored] of this.#world.storeChecks.revalidated) this.#check(key, stored);
  }

  #check(key: string, stored: readonly number[]): void {
    const { checker, distribution, scheduler } = this.#world;
    for (const location of distribution.locations) {
      for (const [cacheKey, copy] of location.copies) {
        if (decodeURIComponent(cacheKey.slice(1, cacheKey.indexOf(' '))) !== key || copy.shown === undefined) continue;
        if (copy.overtaken === 'under way' || copy.freshUntil <= scheduler.now) continue;
        if (isAsNewAs(copy.shown.versions, stored)) continue;
        const [old, made] = [copy.shown.versions, stored].map((versions) => versions.join('.'));
        checker.violate(4, `${location.name} still keeps ${key} with ${old}, though a revalidation stored ${made}`);
      }
    }
  }
}
