import { compareBytes } from './byte-order.ts';

/** Keys in the order of a listing. Sorted when somebody lists, and not again before a key comes or goes. */
export class SortedKeys {
  #keys: readonly string[] | undefined;

  forget(): void {
    this.#keys = undefined;
  }

  of(keys: Iterable<string>): readonly string[] {
    this.#keys ??= [...keys].sort(compareBytes);
    return this.#keys;
  }
}
