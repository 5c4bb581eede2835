import type { ServedPage } from '../../lib/core/policy/served-page.ts';
import { servePage } from '../../lib/core/serve-page.ts';
import { createWorld, keyOf, textOf, type World } from '../fakes/world.ts';

export const KEY = keyOf('/blog/a');

export const seen = (page: ServedPage) => ({ state: page.headers['x-isr-cache'], text: textOf(page) });
export const cacheControl = (page: ServedPage) => page.headers['cache-control'];

/** A world that has the page, and whose site would render another one by now. */
export async function storedWorld(options?: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = createWorld(options);
  await servePage(KEY, world.options, world);
  world.site.response = { body: '<h1>two</h1>' };
  return world;
}
