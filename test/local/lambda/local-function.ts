import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import type { LocalEvent } from '../../../lib/local/events.ts';
import { LambdaFunction, type LambdaFunctionOptions } from '../../../lib/local/lambda/function.ts';
import { payloadOf } from '../../../lib/local/lambda/runtime-api.ts';

export interface TestFunction {
  readonly lambda: LambdaFunction;
  readonly clock: StackClock;
  readonly events: readonly LocalEvent[];
  /** The answer, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: the handlers answer whatever a test needs
  call(event?: unknown): Promise<any>;
  logLines(): readonly string[];
}

/** A function over one of the handlers in `handlers/`, stopped when the test ends. */
export function localFunction(handler: string, options: Partial<LambdaFunctionOptions> = {}): TestFunction {
  const clock = new StackClock();
  const events: LocalEvent[] = [];
  const lambda = new LambdaFunction({
    name: 'example',
    arn: 'arn:aws:lambda:eu-west-1:000000000000:function:example',
    handler,
    codeDirectory: fileURLToPath(new URL('handlers', import.meta.url)),
    memoryMiB: 128,
    timeoutMs: 5000,
    environment: {},
    platformEnvironment: {},
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => lambda.stop());
  return {
    lambda,
    clock,
    events,
    call: async (event) => JSON.parse((await payloadOf(await lambda.invoke(event))).toString()),
    logLines: () => events.flatMap((event) => (event.kind === 'log' ? [event.line] : [])),
  };
}
