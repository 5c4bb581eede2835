import { LRUCache } from '../../../vendor/lru-cache.ts';
import type { InvalidationTarget, InvalidationTest } from '../invalidation/items.ts';
import type { Fields } from '../message/fields.ts';
import type { Freshness } from './freshness.ts';

export interface CachedObject extends InvalidationTarget {
  readonly keyId: string;
  /** GET, HEAD or OPTIONS. */
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Fields>;
  readonly body: Buffer;
  readonly freshness: Freshness;
  hits: number;
  /** While the origin fails: when it may be asked again, in epoch milliseconds. */
  retryAt: number;
}

const MAX_BYTES = 256 * 1024 * 1024;
const OVERHEAD_BYTES = 1024;

/** The objects of one edge cache, the least recently used dropped when it is full. */
export class EdgeCache {
  readonly #objects = new LRUCache<string, CachedObject>({
    maxSize: MAX_BYTES,
    sizeCalculation: (object) => object.body.length + OVERHEAD_BYTES,
  });

  get(keyId: string): CachedObject | undefined {
    return this.#objects.get(keyId);
  }

  put(object: CachedObject): void {
    this.#objects.set(object.keyId, object);
  }

  drop(keyId: string): void {
    this.#objects.delete(keyId);
  }

  /** Removes what the invalidation covers and answers how many objects that were. */
  invalidate(covers: InvalidationTest): number {
    const covered = [...this.#objects.values()].filter((object) => covers(object));
    for (const object of covered) this.#objects.delete(object.keyId);
    return covered.length;
  }

  objects(): IterableIterator<CachedObject> {
    return this.#objects.values();
  }
}
