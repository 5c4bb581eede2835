import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { LambdaFunctionOptions } from './function.ts';
import { exited, initTimedOut, LambdaError, timedOut } from './lambda-error.ts';
import { type InvocationResult, RuntimeApi } from './runtime-api.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';

// `.ts` in the sources, which Node strips; `.js` in the package, which brings a copy of aws-lambda-ric.
const RUNTIME_CLIENT = import.meta.url.endsWith('.ts')
  ? createRequire(import.meta.url).resolve('aws-lambda-ric')
  : fileURLToPath(new URL('../../../vendor/aws-lambda-ric/index.mjs', import.meta.url));
const PRELOAD = new URL(`./sandbox-preload/index${extname(import.meta.url)}`, import.meta.url).href;

const INIT_TIMEOUT_MS = 10_000;
/** A runtime client asks for its next event within a millisecond or two, unless the handler goes on after its response. */
const FINISHING_MS = 100;

/**
 * - `busy`: it initialises or runs an event
 * - `finishing`: the response is out, and the runtime client will ask for the next event at once
 * - `idle`: it waits for an event
 */
export type SandboxState = 'busy' | 'finishing' | 'idle' | 'dead';

export interface SandboxListener {
  /** The sandbox has become free, or is no more, or will not be free soon. */
  onChange(): void;
  onLog(line: string): void;
}

/** One execution environment: a child process with AWS's runtime client, which runs one event at a time. */
export class Sandbox {
  readonly #options: LambdaFunctionOptions;
  readonly #listener: SandboxListener;
  readonly #api: RuntimeApi;
  readonly #ready = Promise.withResolvers<void>();
  #state: SandboxState = 'busy';
  #process: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #finishing: NodeJS.Timeout | undefined;
  #requestId = '-';
  #isInitialised = false;
  #isRetired = false;

  constructor(options: LambdaFunctionOptions, listener: SandboxListener) {
    this.#options = options;
    this.#listener = listener;
    this.#api = new RuntimeApi({
      onReady: () => this.#becomeIdle(),
      onAnswered: () => this.#finish(),
      onInitError: (error) => this.kill(error),
    });
    this.#ready.promise.catch(() => {});
    this.#start().catch((error: unknown) => this.kill(asLambdaError(error)));
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** Takes an idle sandbox, so that no one else gets it. */
  reserve(): void {
    this.#state = 'busy';
  }

  /** Runs one event, after the initialisation if need be. The sandbox has to be new or reserved. */
  async invoke(payload: Buffer): Promise<InvocationResult> {
    await this.#ready.promise;
    const { arn, clock, timeoutMs } = this.#options;
    const requestId = randomUUID();
    this.#requestId = requestId;
    this.#timer = setTimeout(() => this.kill(timedOut(requestId, timeoutMs)), timeoutMs);
    return this.#api.exchange({
      requestId,
      functionArn: arn,
      payload,
      deadline: clock.now() + timeoutMs,
      clockOffset: clock.offset,
    });
  }

  /** Lets a running event end and takes no other. */
  retire(): void {
    this.#isRetired = true;
    if (this.#state === 'idle') this.kill(stopped());
  }

  /** Ends the process at once; what runs in it fails with `error`. */
  kill(error: LambdaError = stopped()): void {
    if (this.#state === 'dead') return;
    clearTimeout(this.#timer);
    clearTimeout(this.#finishing);
    this.#process?.kill('SIGKILL');
    this.#ready.reject(error);
    this.#api.close(error);
    this.#become('dead');
  }

  /** Resolves when the process of a killed sandbox is gone. */
  async gone(): Promise<void> {
    const child = this.#process;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async #start(): Promise<void> {
    this.#timer = setTimeout(() => this.kill(initTimedOut(this.#initTimeoutMs)), this.#initTimeoutMs);
    const runtimeApi = await this.#api.listen();
    if (this.#state === 'dead') return;
    const { codeDirectory, handler, memoryMiB } = this.#options;
    // Lambda gives the old space nine tenths of the memory, so that a leak ends by V8's own error.
    const heapLimit = `--max-old-space-size=${Math.floor(memoryMiB * 0.9)}`;
    this.#process = spawn(process.execPath, [heapLimit, '--import', PRELOAD, RUNTIME_CLIENT, handler], {
      cwd: codeDirectory,
      env: sandboxEnvironment(this.#options, runtimeApi),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.once('error', (error) => this.kill(asLambdaError(error)));
    this.#process.once('exit', (code, signal) => this.kill(exited(this.#requestId, code, signal)));
    onLine(this.#process.stdout, this.#listener.onLog);
    onLine(this.#process.stderr, this.#listener.onLog);
  }

  #becomeIdle(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#finishing);
    if (!this.#isInitialised) {
      // It stays busy: it was started for an event, which follows.
      this.#isInitialised = true;
      this.#ready.resolve();
    } else if (this.#isRetired) {
      this.kill();
    } else {
      this.#become('idle');
    }
  }

  #finish(): void {
    this.#become('finishing');
    // As on Lambda, a handler that goes on after its response keeps the sandbox to itself, and its timeout runs on.
    this.#finishing = setTimeout(() => this.#become('busy'), FINISHING_MS);
  }

  #become(state: SandboxState): void {
    this.#state = state;
    this.#listener.onChange();
  }

  get #initTimeoutMs(): number {
    return this.#options.initTimeoutMs ?? INIT_TIMEOUT_MS;
  }
}

function stopped(): LambdaError {
  return new LambdaError('unavailable', 'Sandbox.Stopped', 'the local Lambda function was stopped or recycled');
}

function asLambdaError(error: unknown): LambdaError {
  const message = error instanceof Error ? error.message : String(error);
  return new LambdaError('unavailable', 'Sandbox.NotStarted', `cannot start a sandbox: ${message}`);
}

function onLine(stream: Readable | null, listener: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    // The runtime client writes the line breaks inside one message as \r.
    for (const line of lines) listener(line.replaceAll('\r', '\n'));
  });
  stream?.once('end', () => {
    if (rest !== '') listener(rest);
  });
}
