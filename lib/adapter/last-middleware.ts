import type { MiddlewareHandler } from 'astro';
import { currentScope } from './scope.ts';

/** Runs after all other middleware, so that what comes now is the page. */
export const onRequest: MiddlewareHandler = async (_, next) => {
  const scope = currentScope();
  if (scope?.reader === undefined) return next();
  scope.reader = 'page';
  scope.hasReachedPage = true;
  try {
    return await next();
  } finally {
    scope.reader = 'middleware';
  }
};
