import { compileRoutePattern, isDynamicPattern } from '../build/route-pattern.ts';

/** What this module reads of Astro's `IntegrationResolvedRoute`. */
export interface SiteRoute {
  readonly pattern: string;
  readonly type: string;
  readonly origin: string;
  readonly isPrerendered: boolean;
}

export interface LiveRoutes {
  /** Without `base`. */
  readonly patterns: readonly string[];
  readonly warnings: readonly string[];
}

// Their responses depend on more than the path (form data, encrypted props), so they are never stored.
const LIVE_INTERNALS = ['/_server-islands/[name]', '/_actions/[...path]'];

/**
 * The routes that are never stored. As on Vercel, a string in `exclude` is a pattern of its own, which may be one path of
 * a dynamic route. A RegExp chooses from the patterns of routes that are rendered on demand.
 *
 * @param imageEndpoint its pattern, if it is rendered like a page: what it answers depends on the whole query
 */
export function liveRoutesOf(
  routes: readonly SiteRoute[],
  exclude: readonly (string | RegExp)[],
  imageEndpoint?: string,
): LiveRoutes {
  const internals = [...LIVE_INTERNALS, ...(imageEndpoint === undefined ? [] : [imageEndpoint])];
  const onDemand = routes.filter((route) => !route.isPrerendered && route.type !== 'redirect');
  const patterns = onDemand.map((route) => route.pattern).filter((pattern) => internals.includes(pattern));
  const warnings: string[] = [];
  for (const entry of exclude) {
    const found = typeof entry === 'string' ? coveredBy(entry, onDemand) : matching(entry, onDemand);
    if (found.length > 0) patterns.push(...(typeof entry === 'string' ? [entry] : found));
    else warnings.push(`isr.exclude: ${entry} matches no route that is rendered on demand, so it has no effect`);
  }
  return { patterns: [...new Set(patterns)], warnings };
}

/** For a site that stores nothing: all routes that are rendered on demand. */
export function onDemandRoutesOf(routes: readonly SiteRoute[]): LiveRoutes {
  const onDemand = routes.filter((route) => !route.isPrerendered && route.type !== 'redirect');
  return { patterns: [...new Set(onDemand.map((route) => route.pattern))], warnings: [] };
}

function matching(regex: RegExp, routes: readonly SiteRoute[]): readonly string[] {
  // `search` always starts at 0. `test` with a global expression would not.
  return routes.map((route) => route.pattern).filter((pattern) => pattern.search(regex) !== -1);
}

function coveredBy(entry: string, routes: readonly SiteRoute[]): readonly string[] {
  const excluded = compileRoutePattern(entry);
  return routes
    .map((route) => route.pattern)
    .filter(
      (pattern) =>
        pattern === entry ||
        excluded.match(pattern) !== undefined ||
        (isDynamicPattern(pattern) && compileRoutePattern(pattern).match(entry) !== undefined),
    );
}
