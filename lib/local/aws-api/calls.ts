import type { Clock } from '../clock.ts';
import type { LocalEventListener } from '../events.ts';
import type { ApiError } from './api-error.ts';
import type { ApiCall } from './api-service.ts';

/**
 * Stands between a call and its effect (`before`), and again between the effect and the response (`after`). What it answers
 * with `fail` is refused with a 503, which AWS asks its clients to repeat; while its promise is open, the call is delayed.
 */
export type CallHook = (call: ApiCall, moment: 'before' | 'after') => 'fail' | undefined | Promise<'fail' | undefined>;

export interface CallsOptions {
  readonly clock: Clock;
  /** The refusal of a call that the hook fails. */
  readonly unavailable: (call: ApiCall) => ApiError;
  readonly onEvent?: LocalEventListener | undefined;
  readonly onCall?: CallHook | undefined;
}

/** What every call passes, whether it came by HTTP or from inside. */
export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Has the effect of a call. Rejects with ApiError when the hook fails it. */
  async perform<Result>(call: ApiCall, act: () => Result | Promise<Result>): Promise<Result> {
    const { onCall } = this.#options;
    if (onCall === undefined) return act();
    await this.#ask(onCall, call, 'before');
    const result = await act();
    await this.#ask(onCall, call, 'after');
    return result;
  }

  report({ service, action, resource }: ApiCall, status: number): void {
    const { clock, onEvent } = this.#options;
    onEvent?.({ kind: 'api-call', at: clock.now(), service, action, resource, status });
  }

  async #ask(onCall: CallHook, call: ApiCall, moment: 'before' | 'after'): Promise<void> {
    if ((await onCall(call, moment)) === 'fail') throw this.#options.unavailable(call);
  }
}
