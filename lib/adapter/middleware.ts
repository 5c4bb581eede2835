import type { MiddlewareHandler } from 'astro';
import { currentScope, type RenderScope } from './scope.ts';
import { watchViewerReads } from './viewer-reads.ts';

/**
 * Runs before all other middleware. Notices `Astro.cache.set(false)`, which a cache provider cannot: for it, that looks
 * like a page that never called `set`. And notices what a page that is to be stored asks to know of the viewer.
 */
export const onRequest: MiddlewareHandler = async (context, next) => {
  const scope = currentScope();
  if (scope === undefined) return next();
  if ('cache' in context) watchOptOut(context.cache, scope);
  if (scope.context.onViewerReads === undefined) return next();
  watchViewerReads(context, scope);
  scope.reader = 'middleware';
  try {
    return await next();
  } finally {
    scope.reader = undefined;
  }
};

type Cache = Parameters<MiddlewareHandler>[0]['cache'];

function watchOptOut(cache: Cache, scope: RenderScope): void {
  const set = cache.set.bind(cache);
  cache.set = (input) => {
    scope.isOptedOut = input === false;
    set(input);
  };
}
