type Listener = () => void;

/** Whoever waits for something to come to rest looks again when this tells. */
export class Changes {
  readonly #listeners = new Set<Listener>();

  readonly tell = (): void => {
    for (const listener of this.#listeners) listener();
  };

  /** Calls `listener` at each change; returns the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next one. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = this.subscribe(resolve);
    await promise;
    end();
  }
}
