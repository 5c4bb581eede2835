import { holdProcess } from './keep-alive.ts';
import { clock, tellSleep } from './sandbox-clock.ts';
import { timerMilliseconds } from './sandbox-timeout.ts';

interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

/** setTimeout of node:timers/promises: who awaits it goes on at a time, and so is told to the stack as a sleeper. */
export async function sleep<Value>(milliseconds = 0, value?: Value, options: WaitOptions = {}): Promise<Value> {
  await wait(milliseconds, options, tellSleep);
  return value as Value;
}

export const scheduler = {
  wait: (milliseconds?: number, options?: WaitOptions): Promise<void> => sleep(milliseconds, undefined, options),
};

/** setInterval of node:timers/promises. Ticks that came due while nobody asked are made up for, as by Node. */
export async function* ticks<Value>(milliseconds = 1, value?: Value, options: WaitOptions = {}): AsyncGenerator<Value> {
  const period = Math.max(1, milliseconds);
  for (let dueAt = clock.now() + period; ; dueAt += period) {
    await wait(dueAt - clock.now(), options, () => () => {});
    yield value as Value;
  }
}

/** AbortSignal.timeout: https://dom.spec.whatwg.org/#dom-abortsignal-timeout */
export function abortAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  clock.after(milliseconds, () => {
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  });
  return controller.signal;
}

async function wait(
  milliseconds: unknown,
  { signal, ref = true }: WaitOptions,
  tell: (dueAt: number) => () => void,
): Promise<void> {
  if (signal?.aborted) throw abortError(signal);
  const release = ref ? holdProcess() : () => {};
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.after(timerMilliseconds(milliseconds), resolve);
  const wake = tell(timer.dueAt);
  const onAbort = (): void => reject(abortError(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    timer.cancel();
    wake();
    release();
  }
}

/** As Node's own, which it does not export. */
function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}
