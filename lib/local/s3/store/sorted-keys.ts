import { compareBytes, firstNotBelow } from './byte-order.ts';

/** Keys in the order of a listing. Sorted when somebody lists, and kept in order from then on. */
export class SortedKeys {
  #keys: string[] | undefined;

  /** @param keys all that there are, in any order */
  of(keys: Iterable<string>): readonly string[] {
    this.#keys ??= [...keys].sort(compareBytes);
    return this.#keys;
  }

  /** A key that was not there. */
  add(key: string): void {
    this.#keys?.splice(firstNotBelow(this.#keys, key), 0, key);
  }

  /** A key that was there. */
  remove(key: string): void {
    this.#keys?.splice(firstNotBelow(this.#keys, key), 1);
  }
}
