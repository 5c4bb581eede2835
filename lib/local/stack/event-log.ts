import type { LocalEvent, LocalEventListener } from '../events.ts';

const CAPACITY = 5_000;

/** The newest events of a stack, and whoever wants to hear of the next ones. */
export class EventLog {
  readonly #events: LocalEvent[] = [];
  readonly #listeners = new Set<LocalEventListener>();

  readonly add: LocalEventListener = (event) => {
    this.#events.push(event);
    if (this.#events.length > CAPACITY) this.#events.shift();
    for (const listener of this.#listeners) listener(event);
  };

  /** Oldest first. */
  all(): readonly LocalEvent[] {
    return [...this.#events];
  }

  ofKind<Kind extends LocalEvent['kind']>(kind: Kind): readonly Extract<LocalEvent, { readonly kind: Kind }>[] {
    return this.#events.filter((event): event is Extract<LocalEvent, { readonly kind: Kind }> => event.kind === kind);
  }

  clear(): void {
    this.#events.length = 0;
  }

  /** Calls `listener` with each event from now on; returns the function that ends it. */
  subscribe(listener: LocalEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
