import type { TrailingSlash } from '../core/site.ts';

/** How the site's configuration writes URLs. */
export interface AstroUrls {
  /** `/` or `/docs`. */
  readonly base: string;
  readonly trailingSlash: TrailingSlash;
  readonly format: 'directory' | 'file' | 'preserve';
}

/** What this module uses of Astro's `RouteData`. */
export interface MatchedRoute {
  readonly type: string;
  readonly isIndex: boolean;
  /** As the file of the route says it: `/products/[id]`. */
  readonly route: string;
}

export interface CanonicalRequest<Route> {
  readonly request: Request;
  readonly routeData?: Route;
}

/**
 * The request as the build would have made it, had the page been prerendered. So `Astro.url` does not depend on the URL
 * by which the first viewer came, and is the same when a page moves from prerendered to stored.
 */
export function canonicalRequestOf<Route extends MatchedRoute>(
  request: Request,
  urls: AstroUrls,
  match: (request: Request) => Route | undefined,
): CanonicalRequest<Route> {
  const url = new URL(request.url);
  for (const pathname of spellingsOf(url.pathname, urls)) {
    const found = withPath(request, url, pathname);
    const routeData = match(found);
    if (routeData === undefined) continue;
    // Endpoints keep the URL that they were asked by; the build asks them so too.
    if (routeData.type !== 'page') return { request };
    const path = withoutHtml(pathname, routeData.route, urls.trailingSlash);
    return { request: withPath(request, url, canonicalPath(path, routeData.isIndex, urls)), routeData };
  }
  return { request };
}

/** The path by which a revalidation names the page: the pathname of `Astro.url` may end in `.html`. */
export function pageNameOf(path: string, { format }: AstroUrls): string {
  if (format === 'directory') return path;
  return path.replace(/(?:\/index)?\.html(?=$|\?)/, '').replace(/^(?=$|\?)/, '/');
}

/** The path, and others by which a page of `build.format` 'file' or 'preserve' is known that Astro does not route. */
function spellingsOf(pathname: string, { format, trailingSlash }: AstroUrls): readonly string[] {
  if (format === 'directory') return [pathname];
  const plain = pathname.replace(/\.html$/, '');
  return [...new Set([pathname, plain, ...(trailingSlash === 'always' ? [`${plain}/`] : [])])];
}

/**
 * Astro takes `.html` off the parameters of a page whose route does not write it. It would no longer see it before a slash:
 * https://github.com/withastro/astro/blob/main/packages/astro/src/core/render/params-and-props.ts (getParams).
 */
function withoutHtml(pathname: string, route: string, trailingSlash: TrailingSlash): string {
  if (route.replace(/\[[^\]]*\]/g, '').includes('.html')) return pathname;
  // A rest parameter has no `index` either, where `/a/` and `/a` are one page.
  const isFolderOfRest = trailingSlash === 'ignore' && /\[\.\.\.[^\]]*\]$/.test(route);
  return pathname.replace(isFolderOfRest ? /(?:\/index)?\.html$/ : /\.html$/, '');
}

/** As Astro's build does: https://github.com/withastro/astro (core/build/generate.ts, getUrlForPath). */
function canonicalPath(pathname: string, isIndex: boolean, { base, trailingSlash, format }: AstroUrls): string {
  const hasHtml = format === 'file' || (format === 'preserve' && !isIndex);
  const root = base.replace(/\/$/, '');
  const path = hasHtml ? pathname.replace(/\/(?:index\.html)?$|\.html$/, '') : pathname.replace(/\/$/, '');
  // With another `.html`, Astro would take both off the parameter.
  if (hasHtml && trailingSlash === 'ignore' && pathname.endsWith('.html/')) return pathname;
  if (path === root) {
    if (hasHtml) return `${root}/index.html`;
    return trailingSlash === 'never' && root !== '' ? root : `${root}/`;
  }
  // Of `/a/index.html`, Astro takes `index.html` away, and would read another parameter than the page's own.
  if (hasHtml) return path.endsWith('/index') ? path : `${path}.html`;
  return trailingSlash === 'never' ? path : `${path}/`;
}

function withPath(request: Request, url: URL, pathname: string): Request {
  if (url.pathname === pathname) return request;
  const other = new URL(url);
  other.pathname = pathname;
  return new Request(other, request);
}
