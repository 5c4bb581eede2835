import type { EdgeResponse } from './event.ts';

/** See lambdas/shared/function-url.ts. */
const UNTYPED_HEADER = 'x-isr-untyped';

/** Takes the content type away that Lambda gave a response to which the site gave none. */
export function removeTypeOfLambda(response: EdgeResponse): void {
  if (response.headers[UNTYPED_HEADER] === undefined) return;
  delete response.headers['content-type'];
  delete response.headers[UNTYPED_HEADER];
}
