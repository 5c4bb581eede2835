import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { LambdaFunction } from '../../../lib/local/lambda/function.ts';
import type { LambdaFunctionOptions } from '../../../lib/local/lambda/function-options.ts';
import { payloadOf } from '../../../lib/local/lambda/invocation-result.ts';
import { EventLog } from '../../../lib/local/stack/event-log.ts';
import type { Running } from '../../support/passing-time.ts';

export interface TestFunction extends Running {
  readonly lambda: LambdaFunction;
  readonly clock: StackClock;
  readonly events: EventLog;
  /** The response, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: the handlers answer whatever a test needs
  call(event?: unknown): Promise<any>;
  logLines(): readonly string[];
}

/** A function over one of the handlers in `handlers/`, stopped when the test ends. Its clock stands, unless given. */
export function localFunction(handler: string, options: Partial<LambdaFunctionOptions> = {}): TestFunction {
  const { clock = new StackClock('standing') } = options;
  const events = new EventLog();
  const listeners = new Set<() => void>();
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
    onEvent: events.add,
    onChange: () => {
      for (const listener of listeners) listener();
    },
    ...options,
  });
  onTestFinished(() => lambda.stop());
  return {
    lambda,
    clock,
    events,
    functions: [lambda],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    call: async (event) => JSON.parse((await payloadOf(await lambda.invoke(event))).toString()),
    logLines: () => events.ofKind('log').map(({ line }) => line),
  };
}
