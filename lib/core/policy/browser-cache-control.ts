import { cacheDirectivesOf } from './cache-directives.ts';

/** For responses that do not say it, as on hosted platforms: a browser must not guess. */
export const ASK_EACH_TIME = 'public, max-age=0, must-revalidate';

const FOR_THE_EDGE = ['s-maxage', 'stale-while-revalidate', 'stale-if-error', 'proxy-revalidate'];
const FOR_BROWSERS = ['max-age', 'no-cache', 'no-store', 'private'];

/** What speaks to the edge, without its part for the edge. A browser would serve stale too, and not ask after a purge. */
export function forBrowsers(cacheControl: string): string {
  const directives = cacheDirectivesOf(cacheControl);
  if (!directives.some(({ name }) => name === 's-maxage')) return cacheControl;
  const kept = directives.filter(({ name }) => !FOR_THE_EDGE.includes(name));
  if (!kept.some(({ name }) => FOR_BROWSERS.includes(name))) return ASK_EACH_TIME;
  return kept.map(({ text }) => text).join(', ');
}
