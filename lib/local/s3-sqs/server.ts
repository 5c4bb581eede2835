import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StackClock } from '../clock.ts';
import type { LocalEventListener } from '../events.ts';
import type { CallMessage, CallName, ServiceCalls, ThreadMessage, ThreadParameters } from './protocol.ts';
import type { Credentials } from './signature.ts';

/** S3 and SQS on this machine. */
export interface ObjectAndQueueServer extends Omit<ServiceCalls, 'url'> {
  /** `http://127.0.0.1:PORT`: the endpoint for AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_SQS. */
  readonly url: string;
}

export interface ObjectAndQueueServerOptions {
  readonly clock: StackClock;
  /**
   * Where objects are kept between two runs. Messages never are.
   *
   * @default in memory
   */
  readonly dataDirectory?: string | undefined;
  /** @default a free port */
  readonly port?: number | undefined;
  /** Gets an 'api-call' for each request to S3 or SQS. */
  readonly onEvent?: LocalEventListener | undefined;
  /**
   * What signed requests have to be signed with. Requests without a signature are taken all the same.
   *
   * @default signatures are not looked at
   */
  readonly credentials?: Credentials | undefined;
}

/**
 * Starts fauxqs, and what it lacks, in a thread of its own: it reads `Date` everywhere, and so the thread's `Date` can
 * follow the clock without moving that of the caller.
 */
export async function startObjectAndQueueServer(options: ObjectAndQueueServerOptions): Promise<ObjectAndQueueServer> {
  const { clock, dataDirectory, port = 0, onEvent, credentials } = options;
  const thread = new ServiceThread({ clockOffset: clock.sharedOffset, port, dataDirectory, credentials }, onEvent);
  let url: string;
  try {
    url = await thread.call('url');
  } catch (cause) {
    throw new Error(`cannot start the local S3 and SQS on port ${port}: ${(cause as Error).message}`, { cause });
  }
  return {
    url,
    createBucket: (name) => thread.call('createBucket', name),
    createQueue: (name, attributes) => thread.call('createQueue', name, attributes),
    stop: () => thread.stop(),
  };
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

class ServiceThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingCall>();
  #calls = 0;
  #stopping: Promise<void> | undefined;

  constructor(parameters: ThreadParameters, onEvent: LocalEventListener | undefined) {
    // This file runs as TypeScript from the sources and as JavaScript from dist.
    this.#worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: parameters,
      // Not the caller's: a test runner's own loaders have no business here. fauxqs loads node:sqlite, which warns.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'event') onEvent?.(message.event);
      else this.#settle(message);
    });
    this.#worker.on('error', (error) => this.#fail(error as Error));
  }

  call<Name extends CallName>(
    name: Name,
    ...parameters: Parameters<ServiceCalls[Name]>
  ): ReturnType<ServiceCalls[Name]> {
    const id = ++this.#calls;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#worker.postMessage({ id, name, parameters } satisfies CallMessage);
    return answer as ReturnType<ServiceCalls[Name]>;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.call('stop').then(async () => {
      await this.#worker.terminate();
    });
    return this.#stopping;
  }

  #settle(message: Exclude<ThreadMessage, { kind: 'event' }>): void {
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'answer') call?.resolve(message.result);
    else call?.reject(message.error);
  }

  #fail(error: Error): void {
    // With nobody waiting, only an uncaught error tells that S3 is gone.
    if (this.#pending.size === 0) throw error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
