import { PendingWrites } from './pending-writes.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { StoredObject } from './stored-object.ts';

/** One bucket: its objects by key. What it holds is changed by the store alone. */
export class Bucket {
  readonly name: string;
  readonly createdAt: number;
  readonly pendingWrites = new PendingWrites();
  readonly #objects = new Map<string, StoredObject>();
  readonly #sortedKeys = new SortedKeys();

  constructor(name: string, createdAt: number) {
    this.name = name;
    this.createdAt = createdAt;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** By UTF-8 bytes. */
  sortedKeys(): readonly string[] {
    return this.#sortedKeys.of(this.#objects.keys());
  }

  objects(): Iterable<StoredObject> {
    return this.#objects.values();
  }

  put(object: StoredObject): void {
    if (!this.#objects.has(object.key)) this.#sortedKeys.add(object.key);
    this.#objects.set(object.key, object);
  }

  delete(key: string): void {
    if (!this.#objects.delete(key)) return;
    this.#sortedKeys.remove(key);
    this.pendingWrites.noteDelete(key);
  }
}
