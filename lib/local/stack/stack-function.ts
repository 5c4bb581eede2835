import { LambdaFunction } from '../lambda/function.ts';
import type { LambdaFunctionOptions } from '../lambda/function-options.ts';

export interface StackFunctionOptions extends LambdaFunctionOptions {
  /** `Site/Serve`: the path of the construct within its stack. */
  readonly constructPath: string;
  /** ARN. */
  readonly role: string;
}

/** A Lambda function that knows how many of its invocations have not ended. */
export class StackFunction extends LambdaFunction {
  readonly constructPath: string;
  readonly role: string;
  readonly #running: { count: number };

  constructor({ constructPath, role, ...options }: StackFunctionOptions) {
    const running = { count: 0 };
    super({
      ...options,
      onEvent: (event) => {
        // Told exactly once for each invocation, after the last byte of a stream.
        if (event.kind === 'invocation') running.count -= 1;
        options.onEvent?.(event);
      },
    });
    this.constructPath = constructPath;
    this.role = role;
    this.#running = running;
  }

  get running(): number {
    return this.#running.count;
  }

  override invoke(event: unknown): ReturnType<LambdaFunction['invoke']> {
    this.#running.count += 1;
    return super.invoke(event);
  }
}
