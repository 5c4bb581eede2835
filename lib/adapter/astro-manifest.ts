import type { AstroConfig, IntegrationResolvedRoute, RouteToHeaders } from 'astro';
import type { Manifest, PrerenderedPage } from '../build/manifest.ts';
import { withBase } from '../build/route-pattern.ts';
import { isFilePath } from '../core/page/url-path.ts';

/** Astro's status for a redirect that names none. */
const DEFAULT_REDIRECT_STATUS = 301;

/** All routes in one list. Astro keeps routes that fall back to another language inside of that route. */
export function flattenRoutes(routes: readonly IntegrationResolvedRoute[]): readonly IntegrationResolvedRoute[] {
  return routes.flatMap((route) => [
    route,
    ...route.fallbackRoutes.map((fallback) => ({ ...fallback, origin: route.origin })),
  ]);
}

/** The redirects of the site's configuration, in the order in which Astro tries them. */
export function redirectsOf(routes: readonly IntegrationResolvedRoute[], config: AstroConfig): Manifest['redirects'] {
  return routes
    .filter((route) => route.type === 'redirect' && route.redirect !== undefined)
    .map((route) => {
      const redirect = route.redirect ?? '/';
      const isShort = typeof redirect === 'string';
      return {
        from: withBase(config.base, route.pattern),
        to: destinationOf(isShort ? redirect : redirect.destination, config),
        status: isShort ? DEFAULT_REDIRECT_STATUS : redirect.status,
      };
    });
}

/**
 * The pages that were rendered at build time, each with its file. Only `headersByPath` has all of them: Astro's lists of
 * pages and assets lack endpoints or fallbacks.
 */
export function prerenderedOf(
  headersByPath: RouteToHeaders,
  files: readonly string[],
  base: string,
): readonly PrerenderedPage[] {
  const known = new Set(files);
  return [...headersByPath]
    .flatMap(([pathname, { headers }]) => {
      const path = pathname.replaceAll(/^\/|\/$/g, '');
      const candidates = path === '' ? ['index.html'] : [path, `${path}.html`, `${path}/index.html`];
      const file = candidates.find((candidate) => known.has(candidate));
      return file === undefined ? [] : [{ path: withBase(base, path), file, headers: Object.fromEntries(headers) }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Prerendered pages whose path looks like that of a file. With `trailingSlash: 'always'`, Astro adds the slash to all others. */
export function slashedOf(prerendered: readonly PrerenderedPage[], config: AstroConfig): readonly string[] {
  if (config.trailingSlash !== 'always') return [];
  return prerendered
    .filter(({ path, file }) => isFilePath(path) && file.endsWith('/index.html'))
    .map(({ path }) => path);
}

/** The site's canonical origin, when the configuration has `site`. */
export function originOf(config: AstroConfig): string | null {
  return config.site === undefined ? null : new URL(config.site).origin;
}

// Astro adds neither base nor trailing slash to a destination. So its own redirects lead to a 404 or to another redirect.
function destinationOf(destination: string, config: AstroConfig): string {
  if (!destination.startsWith('/') || destination.startsWith('//')) return destination;
  const [path = '/', suffix = ''] = splitSuffix(destination);
  const isBelowBase = config.base !== '/' && `${path}/`.startsWith(`${withBase(config.base, '')}/`);
  const target = isBelowBase ? path : withBase(config.base, path);
  const needsSlash = config.trailingSlash === 'always' && !target.endsWith('/') && !/\.[^/\]]+$/.test(target);
  return `${target}${needsSlash ? '/' : ''}${suffix}`;
}

function splitSuffix(destination: string): readonly [string, string] {
  const at = destination.search(/[?#]/);
  return at === -1 ? [destination, ''] : [destination.slice(0, at), destination.slice(at)];
}
