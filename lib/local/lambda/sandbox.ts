import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../../basics/errors.ts';
import type { Timer } from '../clock.ts';
import { ClockPipe } from './clock-pipe.ts';
import type { LambdaFunctionOptions } from './function-options.ts';
import type { InvocationResult } from './invocation-result.ts';
import { exited, initTimedOut, LambdaError, neverAsked, timedOut } from './lambda-error.ts';
import { RuntimeApi } from './runtime-api.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';
import { CLOCK_PIPE } from './sandbox-preload/protocol.ts';

// `.ts` in the sources, which Node strips; `.js` in the package, which brings a copy of aws-lambda-ric.
const RUNTIME_CLIENT = import.meta.url.endsWith('.ts')
  ? createRequire(import.meta.url).resolve('aws-lambda-ric')
  : fileURLToPath(new URL('../../../vendor/aws-lambda-ric/index.mjs', import.meta.url));
const PRELOAD = new URL(`./sandbox-preload/index${extname(import.meta.url)}`, import.meta.url).href;

const INIT_TIMEOUT_MS = 10_000;
/** A runtime client asks for its next event within a millisecond or two, unless the handler goes on after its response. */
const FINISHING_MS = 100;
/** Of real time, which no machine is too slow for: only a process that hangs takes longer to ask for its first event. */
const FIRST_REQUEST_MS = 300_000;

/**
 * - `busy`: it initialises or runs an event
 * - `finishing`: the response is out, and the runtime client will ask for the next event at once
 * - `idle`: it waits for an event
 */
export type SandboxState = 'busy' | 'finishing' | 'idle' | 'dead';

export interface SandboxListener {
  /** The sandbox has become free, or is no more, or will not be free soon; or its handler fell asleep or woke. */
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
  #clockPipe: ClockPipe | undefined;
  /** Of the initialisation or the invocation. */
  #limit: Timer | undefined;
  #finishing: Timer | undefined;
  #firstRequest: NodeJS.Timeout | undefined;
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

  /** Whether it goes on without anybody moving the clock. */
  get isWorking(): boolean {
    return (this.#state === 'busy' || this.#state === 'finishing') && this.#clockPipe?.hasSleeper !== true;
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
    this.#limit = clock.after(timeoutMs, () => this.kill(timedOut(requestId, timeoutMs)));
    return this.#api.exchange({
      requestId,
      functionArn: arn,
      payload,
      deadline: clock.now() + timeoutMs,
      clockPosition: clock.position,
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
    this.#stopTimers();
    this.#process?.kill('SIGKILL');
    this.#clockPipe?.close();
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
    const { clock, codeDirectory, handler, initTimeoutMs = INIT_TIMEOUT_MS, memoryMiB, name } = this.#options;
    this.#limit = clock.after(initTimeoutMs, () => this.kill(initTimedOut(initTimeoutMs)));
    this.#firstRequest = setTimeout(() => this.kill(neverAsked(name, FIRST_REQUEST_MS)), FIRST_REQUEST_MS).unref();
    const runtimeApi = await this.#api.listen();
    if (this.#state === 'dead') return;
    // Lambda gives the old space nine tenths of the memory, so that a leak ends by V8's own error.
    const heapLimit = `--max-old-space-size=${Math.floor(memoryMiB * 0.9)}`;
    const child = spawn(process.execPath, [heapLimit, '--import', PRELOAD, RUNTIME_CLIENT, handler], {
      cwd: codeDirectory,
      env: sandboxEnvironment(this.#options, runtimeApi),
      // The last is the clock's: see sandbox-preload/protocol.ts.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    child.once('error', (error) => this.kill(asLambdaError(error)));
    child.once('exit', (code, signal) => this.kill(exited(this.#requestId, code, signal)));
    onLine(child.stdout, this.#listener.onLog);
    onLine(child.stderr, this.#listener.onLog);
    const onChange = () => this.#listener.onChange();
    this.#clockPipe = new ClockPipe(child.stdio[CLOCK_PIPE] as Duplex, { clock, name, onChange });
  }

  #becomeIdle(): void {
    this.#stopTimers();
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
    this.#finishing = this.#options.clock.after(FINISHING_MS, () => this.#become('busy'));
  }

  #stopTimers(): void {
    this.#limit?.cancel();
    this.#finishing?.cancel();
    clearTimeout(this.#firstRequest);
  }

  #become(state: SandboxState): void {
    this.#state = state;
    this.#listener.onChange();
  }
}

function stopped(): LambdaError {
  return new LambdaError('unavailable', 'Sandbox.Stopped', 'the local Lambda function was stopped or recycled');
}

function asLambdaError(error: unknown): LambdaError {
  return new LambdaError('unavailable', 'Sandbox.NotStarted', `cannot start a sandbox: ${reasonOf(error)}`);
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
