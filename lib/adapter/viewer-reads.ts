import type { APIContext } from 'astro';
import type { RenderScope } from './scope.ts';

/** What this module uses of the state that Astro keeps for one request. */
interface RequestState {
  request: Request;
  url: URL;
  cookies: APIContext['cookies'];
  routeData?: { readonly route: string };
  clientAddress?: string;
  invalidateContexts?: () => void;
}

/** Draft mode is for stored pages: who has the cookie gets a render of their own. */
const DRAFT_COOKIE = '__prerender_bypass';
/** Astro asks each request of a site with actions for it. */
const ACTION_PARAMETER = '_action';
const STATE = Symbol.for('astro.fetchState');
const ALL_HEADERS = 'header *';
const watched = new WeakSet<object>();

/**
 * Notes what the site's code asks to know of the viewer. Astro keeps one state for each request, which the contexts of
 * middleware, endpoints and pages share. What Astro reads before the first middleware is not noted.
 */
export function watchViewerReads(context: APIContext, scope: RenderScope): void {
  const state = (context as { [STATE]?: RequestState })[STATE];
  if (state === undefined) return;
  scope.route ??= state.routeData?.route;
  watchRequest(state, scope);
  if (isNew(state)) {
    watchAddress(state, scope);
    watchRewrites(state, scope);
  }
}

/** A rewrite copies all headers into a new request, and lets the state make new contexts for it. */
function watchRewrites(state: RequestState, scope: RenderScope): void {
  const invalidate = state.invalidateContexts;
  state.invalidateContexts = () => {
    invalidate?.call(state);
    scope.reads = scope.reads.filter(({ name }) => name !== ALL_HEADERS);
    watchRequest(state, scope);
  };
}

function watchRequest({ request, cookies, url }: RequestState, scope: RenderScope): void {
  if (isNew(cookies)) watchCookies(cookies, scope);
  if (isNew(request)) watchHeaders(request.headers, scope);
  if (isNew(url)) watchQuery(url, scope);
}

function isNew(object: object): boolean {
  if (watched.has(object)) return false;
  watched.add(object);
  return true;
}

function note(scope: RenderScope, name: string): void {
  if (scope.reader !== undefined) scope.reads = [...scope.reads, { by: scope.reader, name }];
}

/** Whatever `work` reads is not noted. */
function quietly<T>(scope: RenderScope, work: () => T): T {
  const { reader } = scope;
  scope.reader = undefined;
  try {
    return work();
  } finally {
    scope.reader = reader;
  }
}

function watchCookies(cookies: RequestState['cookies'], scope: RenderScope): void {
  const get = cookies.get.bind(cookies);
  const has = cookies.has.bind(cookies);
  const noteCookie = (name: string): void => {
    if (name !== DRAFT_COOKIE) note(scope, `cookie ${name}`);
  };
  // Astro parses the header `Cookie` when the first cookie is asked for.
  cookies.get = (name, options) => {
    noteCookie(name);
    return quietly(scope, () => get(name, options));
  };
  cookies.has = (name, options) => {
    noteCookie(name);
    return quietly(scope, () => has(name, options));
  };
}

function watchHeaders(headers: Headers, scope: RenderScope): void {
  const noteHeader = (name: string): void => note(scope, `header ${String(name).toLowerCase()}`);
  // A middleware that copies the request asks for nothing by that, and many do.
  const noteAll = (): void => {
    if (scope.reader === 'page') note(scope, ALL_HEADERS);
  };
  watchCalls(headers, ['get', 'has'], noteHeader);
  watchCalls(headers, ['forEach', 'entries', 'keys', 'values', Symbol.iterator], noteAll);
}

function watchQuery(url: URL, scope: RenderScope): void {
  const { searchParams } = url;
  const isOwn = (name: string): boolean => name === ACTION_PARAMETER || scope.ownQuery.includes(name);
  watchCalls(searchParams, ['get', 'getAll', 'has'], (name) => {
    if (!isOwn(String(name))) note(scope, `query ${name}`);
  });
  // With parameters of its own, a page may well look at all that it has.
  if (scope.ownQuery.length > 0) return;
  const noteAll = (): void => {
    if (scope.reader === 'page') note(scope, 'query *');
  };
  watchCalls(searchParams, ['forEach', 'entries', 'keys', 'values', Symbol.iterator], noteAll);
  Object.defineProperty(url, 'search', {
    configurable: true,
    get() {
      noteAll();
      return Reflect.get(URL.prototype, 'search', url);
    },
    set: (value: string) => Reflect.set(URL.prototype, 'search', value, url),
  });
}

/** The state's own field, which its methods read. Astro reads it for nothing else. */
function watchAddress(state: RequestState, scope: RenderScope): void {
  const address = state.clientAddress;
  Object.defineProperty(state, 'clientAddress', {
    configurable: true,
    get() {
      note(scope, 'address');
      return address;
    },
  });
}

function watchCalls(target: object, methods: readonly PropertyKey[], noteCall: (name: string) => void): void {
  for (const method of methods) {
    const original = Reflect.get(target, method) as (...args: unknown[]) => unknown;
    Object.defineProperty(target, method, {
      configurable: true,
      value(...args: unknown[]) {
        noteCall(args[0] as string);
        return original.apply(target, args);
      },
    });
  }
}
