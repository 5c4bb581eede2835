import type { StackClock } from '../clock.ts';
import type { LambdaFunctionOptions } from './function-options.ts';
import type { InvocationResult } from './invocation-result.ts';
import { LambdaError, throttled } from './lambda-error.ts';
import { Sandbox } from './sandbox.ts';
import { SandboxPool } from './sandbox-pool.ts';

/** The quota for the event of a synchronous invocation. */
const MAXIMUM_REQUEST_BYTES = 6_291_456;

/** A Lambda function on this machine: its handler runs under AWS's runtime client, in one child process per sandbox. */
export class LambdaFunction {
  #options: LambdaFunctionOptions;
  readonly #pool: SandboxPool;
  #coldStarts = 0;
  #failure: Error | undefined;

  constructor(options: LambdaFunctionOptions) {
    this.#options = options;
    this.#pool = new SandboxPool({
      create: (onChange) => new Sandbox(this.#options, { onChange, onLog: (line) => this.log(line) }),
      reservedConcurrency: options.reservedConcurrency,
      maximumSandboxes: options.maximumSandboxes ?? 10,
      refusal: () => throttled(options.name),
      onChange: () => options.onChange?.(),
    });
  }

  get name(): string {
    return this.#options.name;
  }

  get arn(): string {
    return this.#options.arn;
  }

  get codeDirectory(): string {
    return this.#options.codeDirectory;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.#options.environment;
  }

  get clock(): StackClock {
    return this.#options.clock;
  }

  /** How many sandboxes were ever started. */
  get coldStarts(): number {
    return this.#coldStarts;
  }

  /** How many sandboxes initialise or run an event, and do not only sleep until a time on the stack's clock. */
  get working(): number {
    return this.#pool.working;
  }

  /** Runs the handler for one event; rejects with a {@link LambdaError} when the service refuses or the function fails. */
  async invoke(event: unknown): Promise<InvocationResult> {
    const startedAt = performance.now();
    let coldStart = false;
    const report = (error?: Error) => this.#report(coldStart, performance.now() - startedAt, error);
    try {
      const payload = this.#payloadOf(event);
      if (this.#failure !== undefined) throw this.#failure;
      const { sandbox, isNew } = await this.#pool.acquire();
      coldStart = isNew;
      if (isNew) this.#coldStarts += 1;
      const result = await sandbox.invoke(payload);
      if (result.kind === 'buffered') report();
      else void result.ended.then(report);
      return result;
    } catch (error) {
      report(error as Error);
      throw error;
    }
  }

  /** New code and settings, for each sandbox that starts from now on. Those that run an event end after it. */
  update(
    changes: Pick<LambdaFunctionOptions, 'codeDirectory' | 'environment' | 'handler' | 'memoryMiB' | 'timeoutMs'>,
  ): void {
    this.#options = { ...this.#options, ...changes };
    this.#pool.recycle();
  }

  /** Ends the idle sandboxes now, and the others after their event: the next invocation starts cold. */
  recycle(): void {
    this.#pool.recycle();
  }

  /** Makes each invocation fail as if Lambda itself were down, until called without an error. */
  failWith(error?: Error): void {
    this.#failure = error;
  }

  async stop(): Promise<void> {
    const stopped = new LambdaError('unavailable', 'ServiceException', `'${this.name}' was stopped`);
    this.#failure = stopped;
    await this.#pool.stop(stopped);
  }

  #payloadOf(event: unknown): Buffer {
    const payload = Buffer.from(JSON.stringify(event ?? null));
    if (payload.length <= MAXIMUM_REQUEST_BYTES) return payload;
    const message = `${payload.length} byte payload is too large for the Invoke operation (limit ${MAXIMUM_REQUEST_BYTES} bytes)`;
    throw new LambdaError('refused', 'RequestTooLargeException', message);
  }

  /** Writes a line to the function's log. */
  log(line: string): void {
    const { clock, name, onEvent } = this.#options;
    onEvent?.({ kind: 'log', at: clock.now(), functionName: name, line });
  }

  #report(coldStart: boolean, milliseconds: number, error: Error | undefined): void {
    const { clock, name, onEvent } = this.#options;
    const errorType = error instanceof LambdaError ? error.errorType : error?.name;
    // The runtime client logs what the handler throws; it cannot log its own end.
    if (errorType === 'Sandbox.Timedout' || errorType === 'Runtime.ExitError') this.log(error?.message ?? errorType);
    onEvent?.({ kind: 'invocation', at: clock.now(), functionName: name, coldStart, milliseconds, error: errorType });
  }
}
