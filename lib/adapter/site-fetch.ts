import type { RouteData } from 'astro';
import { percentDecode } from '../basics/percent-encoding.ts';
import { isNotFoundPage, withoutBase } from '../build/route-pattern.ts';
import type { SiteContext, SiteFetch } from '../core/site.ts';
import { type AstroUrls, type CanonicalRequest, canonicalRequestOf, pageNameOf } from './canonical-request.ts';
import { createRedirectFinder, type Redirect } from './redirects.ts';
import { type Reader, type RenderScope, runInScope } from './scope.ts';

/** What the server needs to know of the build. */
export interface SiteFacts extends AstroUrls {
  readonly redirects: readonly Redirect[];
  /** Prerendered pages that are not there without the slash at the end, by their decoded path: `/tags/node.js`. */
  readonly slashed: readonly string[];
  /** Query parameters that make a page of their own. */
  readonly allowQuery: readonly string[];
  /** Prerendered 404 and 500 pages by the path of their file, `/docs/404.html`. */
  readonly errorPages: Readonly<Record<string, ErrorPage>>;
}

export interface ErrorPage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What this module uses of Astro's `App`. */
export interface SiteApp {
  render(
    request: Request,
    options: {
      routeData?: RouteData;
      clientAddress: string;
      prerenderedErrorPageFetch: (url: string) => Promise<Response>;
      waitUntil?: (work: Promise<unknown>) => void;
    },
  ): Promise<Response>;
  match(request: Request, allowPrerendered?: boolean): RouteData | undefined;
  setCookieHeaders(response: Response): Iterable<string>;
}

export interface SiteApps {
  /** Waits for nested components, which may set headers, a status or cache hints late. */
  readonly buffered: SiteApp;
  readonly streamed: SiteApp;
}

/** Makes the `fetch` of a build. A site without pages on demand has no apps. */
export function createSiteFetch(facts: SiteFacts, apps?: SiteApps): SiteFetch {
  const findRedirect = createRedirectFinder(facts.redirects);
  return async (request, context) => {
    const { pathname } = new URL(request.url);
    if (withoutBase(facts.base, pathname) === undefined) return notFound(facts);
    const app = context.kind === 'live' ? apps?.streamed : apps?.buffered;
    const redirect = findRedirect(pathname, request.method);
    if (redirect !== undefined && !(redirect.isDynamic && isPageOf(app, request))) {
      return new Response(null, { status: redirect.status, headers: { location: redirect.location } });
    }
    if (facts.slashed.includes(percentDecode(pathname) ?? pathname)) return redirectToSlash(request);
    const response = app === undefined ? notFound(facts) : await renderWith(app, request, context, facts);
    return request.method === 'HEAD' ? withoutBody(response) : response;
  };
}

function isPageOf(app: SiteApp | undefined, request: Request): boolean {
  const route = app?.match(request, true);
  return route !== undefined && route.type !== 'redirect';
}

async function renderWith(app: SiteApp, request: Request, context: SiteContext, facts: SiteFacts): Promise<Response> {
  // A live route is asked for as the viewer asks.
  const asked: CanonicalRequest<RouteData> =
    context.kind === 'page' ? canonicalRequestOf(request, facts, (each) => app.match(each)) : { request };
  const scope = newScope(withPageNames(context, facts), facts.allowQuery);
  const response = await runInScope(scope, () =>
    app.render(asked.request, {
      ...(asked.routeData === undefined ? {} : { routeData: asked.routeData }),
      clientAddress: context.clientAddress,
      // By default, Astro makes a network call to https://localhost/404.html.
      prerenderedErrorPageFetch: async (url) => errorPageAt(new URL(url).pathname, facts),
      ...(context.waitUntil === undefined ? {} : { waitUntil: context.waitUntil }),
    }),
  );
  if (scope.isOptedOut) context.onCacheHint?.(false);
  else if (scope.hint !== undefined) context.onCacheHint?.(scope.hint);
  tellReads(scope, new URL(request.url).pathname);
  const shown = isFallbackShown(response, () => asked.routeData ?? app.match(asked.request))
    ? withStatus(response, 200)
    : response;
  return withCookies(shown, [...app.setCookieHeaders(response)]);
}

/**
 * A page that is shown in place of one in another language (`fallbackType: 'rewrite'`) gets the status of a redirect from
 * Astro, but leads nowhere: https://github.com/withastro/astro (core/routing/helpers.ts, getDefaultStatusCode).
 * Prerendered, it is 200.
 */
function isFallbackShown({ status, headers }: Response, match: () => RouteData | undefined): boolean {
  return status === 302 && !headers.has('location') && (match()?.fallbackRoutes.length ?? 0) > 0;
}

function redirectToSlash({ url }: Request): Response {
  const { pathname, search } = new URL(url);
  return new Response(null, { status: 301, headers: { location: `${pathname}/${search}` } });
}

function withPageNames(context: SiteContext, urls: AstroUrls): SiteContext {
  const { revalidate } = context;
  if (revalidate === undefined) return context;
  const named = (paths: readonly string[] = []) => paths.map((path) => pageNameOf(path, urls));
  return {
    ...context,
    revalidate: (asked) => revalidate(asked.paths === undefined ? asked : { ...asked, paths: named(asked.paths) }),
  };
}

function newScope(context: SiteContext, ownQuery: readonly string[]): RenderScope {
  const scope = { context, ownQuery, isOptedOut: false, hasReachedPage: false, reads: [] };
  return { ...scope, reader: undefined, route: undefined };
}

/** Middleware that answers in a page's place is that page. Else it reads the same for every page, and says nothing of one. */
function tellReads({ context, hasReachedPage, reads, route }: RenderScope, path: string): void {
  const namesOf = (by: Reader): readonly string[] => {
    const own = reads.filter((read) => read.by === by || (by === 'page' && !hasReachedPage));
    return [...new Set(own.map(({ name }) => name))];
  };
  const page = namesOf('page');
  const middleware = hasReachedPage ? namesOf('middleware') : [];
  if (page.length + middleware.length === 0) return;
  context.onViewerReads?.({ route: route === undefined || route === '/404' ? path : route, page, middleware });
}

function errorPageAt(pathname: string, facts: SiteFacts): Response {
  const page = facts.errorPages[pathname];
  // After this, Astro responds with the right status and an empty body.
  if (page === undefined) throw new Error(`the build has no page at ${pathname}`);
  return new Response(page.body, { headers: page.headers });
}

function notFound(facts: SiteFacts): Response {
  const path = Object.keys(facts.errorPages).find(isNotFoundPage);
  const page = path === undefined ? undefined : facts.errorPages[path];
  const headers = page?.headers ?? { 'content-type': 'text/plain; charset=utf-8' };
  return new Response(page?.body ?? 'Not found', { status: 404, headers });
}

// Not Astro's addCookieHeader: it fails on immutable responses (Response.redirect(), fetch()).
function withCookies(response: Response, cookies: readonly string[]): Response {
  if (cookies.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return copy(response, { headers });
}

function withStatus(response: Response, status: number): Response {
  return copy(response, { status, statusText: '' });
}

function withoutBody(response: Response): Response {
  void response.body?.cancel();
  return copy(response, {}, null);
}

function copy(response: Response, changes: ResponseInit, body: Response['body'] = response.body): Response {
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers, ...changes });
}
