import { AsyncResource } from 'node:async_hooks';
import type { StackClock, Timer } from '../../clock.ts';
import { holdProcess } from './keep-alive.ts';

type Callback = (...parameters: unknown[]) => void;

/** Those whose number was asked for, as clearTimeout takes it too. */
const byNumber = new Map<number, SandboxTimeout>();
let numbers = 0;

/** What setTimeout and setInterval return: Node's Timeout, on the stack's clock. */
export class SandboxTimeout {
  readonly #clock: StackClock;
  readonly #callback: () => void;
  readonly #milliseconds: number;
  readonly #isRepeating: boolean;
  readonly #number = ++numbers;
  #timer: Timer | undefined;
  #release: (() => void) | undefined;
  #hasRef = true;

  constructor(
    clock: StackClock,
    callback: Callback,
    milliseconds: number | undefined,
    parameters: readonly unknown[],
    isRepeating: boolean,
  ) {
    this.#clock = clock;
    // Who moves the clock calls, but the callback belongs to who set the timer: AsyncLocalStorage has to find theirs.
    this.#callback = AsyncResource.bind(() => Reflect.apply(callback, this, parameters));
    this.#milliseconds = Math.max(isRepeating ? 1 : 0, timerMilliseconds(milliseconds));
    this.#isRepeating = isRepeating;
    this.refresh();
  }

  static find(timeout: unknown): SandboxTimeout | undefined {
    return timeout instanceof SandboxTimeout ? timeout : byNumber.get(Number(timeout));
  }

  /** Starts its time anew. */
  refresh(): this {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(this.#milliseconds, () => this.#fire());
    this.#hold();
    return this;
  }

  close(): this {
    this.#timer?.cancel();
    this.#end();
    return this;
  }

  ref(): this {
    this.#hasRef = true;
    if (this.#timer !== undefined) this.#hold();
    return this;
  }

  unref(): this {
    this.#hasRef = false;
    this.#letGo();
    return this;
  }

  hasRef(): boolean {
    return this.#hasRef;
  }

  [Symbol.toPrimitive](): number {
    byNumber.set(this.#number, this);
    return this.#number;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #fire(): void {
    if (this.#isRepeating) this.refresh();
    else this.#end();
    this.#callback();
  }

  #end(): void {
    this.#timer = undefined;
    byNumber.delete(this.#number);
    this.#letGo();
  }

  #hold(): void {
    if (this.#hasRef) this.#release ??= holdProcess();
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

const LONGEST_MS = 2 ** 31 - 1;

/**
 * As Node reads the time of a timer, but for 0: it makes that 1, which a clock that stands would never reach, and who
 * asks for 0 wants only to be called later.
 */
export function timerMilliseconds(given: unknown): number {
  const milliseconds = Number(given);
  if (milliseconds > LONGEST_MS) return 1;
  return milliseconds >= 1 ? Math.trunc(milliseconds) : 0;
}
