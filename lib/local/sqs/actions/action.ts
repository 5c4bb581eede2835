import type { Input } from '../input.ts';
import type { Queues } from '../queues.ts';

export interface ActionContext {
  readonly queues: Queues;
  /** Aborts when the client is gone; made when asked for. */
  goneSignal(): AbortSignal;
}

/** Has the effect of one call and returns the response's body. Throws ApiError to refuse. */
export type Action = (input: Input, context: ActionContext) => object | Promise<object>;
