import type { Sandbox } from './sandbox.ts';

export interface SandboxPoolOptions {
  readonly create: (onChange: () => void) => Sandbox;
  /** More sandboxes than this at once are refused with `refusal`, as by Lambda. */
  readonly reservedConcurrency: number | undefined;
  /** More sandboxes than this at once have to wait: a region has room for a thousand, one machine has not. */
  readonly maximumSandboxes: number;
  readonly refusal: () => Error;
  /** How many work may have changed. */
  readonly onChange: () => void;
}

export interface AcquiredSandbox {
  readonly sandbox: Sandbox;
  readonly isNew: boolean;
}

interface Waiter {
  readonly resolve: (acquired: AcquiredSandbox) => void;
  readonly reject: (error: Error) => void;
}

/** The sandboxes of one function: reuses an idle one, else starts one, within the limits; first come, first served. */
export class SandboxPool {
  readonly #options: SandboxPoolOptions;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #waiters: Waiter[] = [];

  constructor(options: SandboxPoolOptions) {
    this.#options = options;
  }

  acquire(): Promise<AcquiredSandbox> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#dispatch();
    });
  }

  /** How many go on without anybody moving the clock. */
  get working(): number {
    return [...this.#sandboxes].filter(({ isWorking }) => isWorking).length;
  }

  recycle(): void {
    for (const sandbox of this.#sandboxes) sandbox.retire();
  }

  async stop(reason: Error): Promise<void> {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
    const sandboxes = [...this.#sandboxes];
    for (const sandbox of sandboxes) sandbox.kill();
    await Promise.all(sandboxes.map((sandbox) => sandbox.gone()));
  }

  #dispatch(): void {
    for (const waiter of this.#waiters.splice(0)) {
      const outcome = this.#take();
      if (outcome === 'wait') this.#waiters.push(waiter);
      else if (outcome === 'refuse') waiter.reject(this.#options.refusal());
      else waiter.resolve(outcome);
    }
  }

  #take(): AcquiredSandbox | 'wait' | 'refuse' {
    const { maximumSandboxes, reservedConcurrency } = this.#options;
    const idle = this.#find('idle');
    if (idle !== undefined) {
      idle.reserve();
      return { sandbox: idle, isNew: false };
    }
    // Without this wait, requests one after the other would start sandbox after sandbox.
    if (this.#find('finishing') !== undefined) return 'wait';
    if (reservedConcurrency !== undefined && this.#sandboxes.size >= reservedConcurrency) return 'refuse';
    if (this.#sandboxes.size >= maximumSandboxes) return 'wait';
    return { sandbox: this.#start(), isNew: true };
  }

  #find(state: Sandbox['state']): Sandbox | undefined {
    for (const sandbox of this.#sandboxes) if (sandbox.state === state) return sandbox;
    return undefined;
  }

  #start(): Sandbox {
    const sandbox = this.#options.create(() => {
      if (sandbox.state === 'dead') this.#sandboxes.delete(sandbox);
      this.#dispatch();
      this.#options.onChange();
    });
    this.#sandboxes.add(sandbox);
    return sandbox;
  }
}
