import type { MiddlewareHandler } from 'astro';
import { currentScope, type RenderScope } from './scope.ts';

/** Notices `Astro.cache.set(false)`. A cache provider cannot: for it, that looks like a page that never called `set`. */
export const onRequest: MiddlewareHandler = (context, next) => {
  const scope = currentScope();
  if (scope !== undefined && 'cache' in context) watchOptOut(context.cache, scope);
  return next();
};

type Cache = Parameters<MiddlewareHandler>[0]['cache'];

function watchOptOut(cache: Cache, scope: RenderScope): void {
  const set = cache.set.bind(cache);
  cache.set = (input) => {
    scope.isOptedOut = input === false;
    set(input);
  };
}
