import { AsyncLocalStorage } from 'node:async_hooks';
import type { CacheHint, SiteContext } from '../core/site.ts';

/** One render. The site writes its cache hints here, so that they need no headers. */
export interface RenderScope {
  readonly context: SiteContext;
  hint?: CacheHint;
  /** The last call of the page was `Astro.cache.set(false)`. */
  isOptedOut: boolean;
  /** Query parameters that make a page of their own. */
  readonly ownQuery: readonly string[];
  /** Whose code runs; absent while Astro's does. */
  reader: Reader | undefined;
  /** No middleware has answered in its place. */
  hasReachedPage: boolean;
  /** Of the page that was asked for, before any rewrite. */
  route: string | undefined;
  /** What was read of the viewer. */
  reads: readonly { readonly by: Reader; readonly name: string }[];
}

export type Reader = 'middleware' | 'page';

const KEY = Symbol.for('cdk-isr.render-scope');
const shared = globalThis as typeof globalThis & { [KEY]?: AsyncLocalStorage<RenderScope> };

// Bundlers may put the cache provider, the middleware and the server into different chunks. Each may have its own copy of
// this module.
function storage(): AsyncLocalStorage<RenderScope> {
  shared[KEY] ??= new AsyncLocalStorage<RenderScope>();
  return shared[KEY];
}

export function runInScope<T>(scope: RenderScope, work: () => Promise<T>): Promise<T> {
  return storage().run(scope, work);
}

/** Undefined outside of a render: at build time and in `astro dev`. */
export function currentScope(): RenderScope | undefined {
  return storage().getStore();
}
