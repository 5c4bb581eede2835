import type { Context } from 'aws-lambda';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';
import type { SimulatedSandbox } from './sandbox.ts';

/** What the handler made of an event, once it is done. */
export type Invocation<T> =
  | { readonly answer: T; readonly deployment: string; readonly costs: SimulatedSandbox['costs'] }
  | { readonly error: 'throttled' | 'failed' };

export type LambdaContext = Pick<Context, 'getRemainingTimeInMillis'>;

export type Handler<E, T> = (event: E, context: LambdaContext) => Promise<T>;

/** The code of a function as it is deployed: what a new sandbox starts with. */
export interface FunctionCode<E, T> {
  readonly deployment: string;
  start(): { readonly sandbox: SimulatedSandbox; readonly handle: Handler<E, T> };
}

interface Running<E, T> {
  readonly code: FunctionCode<E, T>;
  readonly sandbox: SimulatedSandbox;
  readonly handle: Handler<E, T>;
}

/** How long an update takes, while the code before may still run. */
export const UPDATE_MS = 8000;

/** A function of Lambda with its sandboxes. */
export class SimulatedFunction<E, T> {
  readonly timeoutMs: number;
  readonly #isDown: () => boolean;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #weather: Weather;
  #code: FunctionCode<E, T>;
  #before: { readonly code: FunctionCode<E, T>; readonly until: number } | undefined;
  #sandboxes: Running<E, T>[] = [];

  constructor(
    code: FunctionCode<E, T>,
    options: {
      readonly timeoutMs: number;
      readonly isDown: () => boolean;
      readonly scheduler: Scheduler;
      readonly random: Random;
      readonly weather: Weather;
    },
  ) {
    this.#code = code;
    this.timeoutMs = options.timeoutMs;
    this.#isDown = options.isDown;
    this.#scheduler = options.scheduler;
    this.#random = options.random;
    this.#weather = options.weather;
  }

  update(code: FunctionCode<E, T>): void {
    this.#before = { code: this.#code, until: this.#scheduler.now + UPDATE_MS };
    this.#code = code;
  }

  invoke(event: E, done: (invocation: Invocation<T>) => void): void {
    const isDown = this.#isDown();
    const isThrottled = this.#weather.has('functions-are-throttled') && this.#random.chance(0.05);
    if (isThrottled || isDown) {
      done({ error: isThrottled || this.#random.chance(0.5) ? 'throttled' : 'failed' });
      return;
    }
    const code = this.#currentCode();
    const idle = this.#sandboxes.filter((each) => each.code === code && each.sandbox.state === 'idle');
    const warm = idle.length > 0 && !this.#random.chance(0.1) ? this.#random.pick(idle) : undefined;
    if (warm !== undefined) {
      this.#run(warm, event, done);
      return;
    }
    const coldStartMs = this.#random.between(100, 1500);
    this.#scheduler.after(coldStartMs, () => {
      const started = { code, ...code.start() };
      this.#sandboxes = this.#sandboxes.filter(({ sandbox }) => sandbox.state !== 'dead');
      this.#sandboxes.push(started);
      this.#run(started, event, done);
    });
  }

  #currentCode(): FunctionCode<E, T> {
    const { now } = this.#scheduler;
    if (this.#before !== undefined && this.#before.until > now && this.#random.chance(0.5)) return this.#before.code;
    return this.#code;
  }

  #run({ code, sandbox, handle }: Running<E, T>, event: E, done: (invocation: Invocation<T>) => void): void {
    let isOver = false;
    const finish = (invocation: Invocation<T>): void => {
      if (isOver) return;
      isOver = true;
      stopTimeout();
      done(invocation);
    };
    const die = (): void => {
      sandbox.kill();
      finish({ error: 'failed' });
    };
    const stopTimeout = this.#scheduler.after(this.timeoutMs, die);
    sandbox.onDeath = die;
    const before = { ...sandbox.costs };
    sandbox.begin();
    const diesAt = this.#scheduler.now + this.timeoutMs;
    const context = { getRemainingTimeInMillis: () => Math.max(0, Math.floor(diesAt - this.#scheduler.now)) };
    handle(event, context).then(
      (answer) => {
        sandbox.end();
        finish({ answer, deployment: code.deployment, costs: difference(sandbox.costs, before) });
      },
      () => {
        sandbox.end();
        finish({ error: 'failed' });
      },
    );
  }
}

function difference(
  { renders, messages, calls }: SimulatedSandbox['costs'],
  before: SimulatedSandbox['costs'],
): SimulatedSandbox['costs'] {
  return {
    renders: renders - before.renders,
    messages: messages - before.messages,
    calls: calls - before.calls,
  };
}
