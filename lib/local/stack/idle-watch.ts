import { setImmediate as turn } from 'node:timers/promises';
import type { Changes } from './changes.ts';
import type { StackContext } from './context.ts';

/** Of real time: only what hangs takes longer. */
const GUARD_MS = 300_000;

/** Knows when a stack has nothing left to do. */
export class IdleWatch {
  readonly #context: StackContext;
  readonly #changes: Changes;

  constructor(context: StackContext, changes: Changes) {
    this.#context = context;
    this.#changes = changes;
  }

  /**
   * Resolves when no function runs, no message of a queue with a function could be handed out or is held by a poller,
   * and the edge fetches nothing behind a viewer's back. Messages that wait for another try do not count.
   */
  async settled(): Promise<void> {
    const guard = Promise.withResolvers<never>();
    const timer = setTimeout(() => guard.reject(this.#neverSettled()), GUARD_MS).unref();
    const distributions = [...this.#context.distributions.values()];
    try {
      for (;;) {
        const changed = this.#changes.next();
        await Promise.race([guard.promise, Promise.all(distributions.map((distribution) => distribution.settled()))]);
        // What has just ended may make something else begin within the turn: a message becomes an invocation.
        await turn();
        if (this.#busyWith().length === 0) return;
        await Promise.race([guard.promise, changed]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** What still works, in words. */
  #busyWith(): readonly string[] {
    const { functions, mappings, server } = this.#context;
    const running = [...functions.values()].filter((lambda) => lambda.running > 0);
    const consumed = server.queueDepths().filter(({ name }) => mappings.has(name));
    return [
      ...running.map((lambda) => `${lambda.running} invocations of ${lambda.name}`),
      ...[...mappings].flatMap(([name, { holding }]) => (holding > 0 ? `${holding} messages of ${name} in hand` : [])),
      ...consumed.flatMap(({ name, ready }) => (ready > 0 ? `${ready} messages in ${name}` : [])),
    ];
  }

  #neverSettled(): Error {
    const works = this.#busyWith().join(', ') || 'the edge fetches';
    const sleepers = this.#context.clock.sleepers.map(
      ({ name, dueAt }) => `${name} until ${new Date(dueAt).toISOString()}`,
    );
    const asleep =
      sleepers.length === 0 ? '' : `; asleep: ${sleepers.join(', ')}, on a ${this.#context.clock.pace} clock`;
    return new Error(`the stack has not settled in ${GUARD_MS / 60_000} minutes: ${works}${asleep}`);
  }
}
