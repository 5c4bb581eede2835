import { LRUCache } from '../../../vendor/lru-cache.ts';
import type { InvalidationTest } from '../invalidation/items.ts';
import { type ByteRange, type RangeSpecs, resolveRanges } from '../message/byte-ranges.ts';
import { fieldOf } from '../message/fields.ts';
import type { CachedObject } from './cached-object.ts';

const MAX_BYTES = 256 * 1024 * 1024;
const OVERHEAD_BYTES = 1024;

/** A part that has all that is asked for. */
export interface FoundPart {
  readonly object: CachedObject;
  /** Of the whole object. */
  readonly range: ByteRange;
}

/** The objects of one edge cache, the least recently used dropped when it is full. */
export class EdgeCache {
  readonly #objects = new LRUCache<string, CachedObject>({
    maxSize: MAX_BYTES,
    sizeCalculation: (object) => object.body.length + OVERHEAD_BYTES,
    dispose: (object, place) => this.#partsByKey.get(object.keyId)?.delete(place),
  });
  /** Where the parts of an object are that is not here as a whole. */
  readonly #partsByKey = new Map<string, Set<string>>();

  /** The whole object. */
  get(keyId: string): CachedObject | undefined {
    return this.#objects.get(keyId);
  }

  findPart(keyId: string, specs: RangeSpecs): FoundPart | undefined {
    for (const object of this.#parts(keyId)) {
      const { part } = object;
      const resolved = part && resolveRanges(specs, part.size);
      if (resolved?.kind !== 'ranges' || resolved.ranges.length > 1 || object.freshness.state === 'expired') continue;
      const [range] = resolved.ranges;
      if (part !== undefined && range.first >= part.first && range.last <= part.last) return { object, range };
    }
    return undefined;
  }

  put(object: CachedObject): void {
    if (object.part === undefined) {
      this.#dropParts(object.keyId, () => true);
      this.#objects.set(object.keyId, object);
      return;
    }
    // Parts of two versions never make one object.
    this.#dropParts(object.keyId, (other) => !isSameVersion(other, object));
    const place = `${object.keyId} ${object.part.first}-${object.part.last}`;
    this.#objects.set(place, object);
    this.#partsByKey.set(object.keyId, (this.#partsByKey.get(object.keyId) ?? new Set()).add(place));
  }

  drop(keyId: string): void {
    this.#objects.delete(keyId);
    this.#dropParts(keyId, () => true);
  }

  /** Removes what the invalidation covers and answers how many objects that were. */
  invalidate(covers: InvalidationTest): number {
    const covered = [...this.#objects.entries()].filter(([, object]) => covers(object));
    for (const [place] of covered) this.#objects.delete(place);
    return covered.length;
  }

  objects(): IterableIterator<CachedObject> {
    return this.#objects.values();
  }

  #parts(keyId: string): CachedObject[] {
    const places = [...(this.#partsByKey.get(keyId) ?? [])];
    return places.map((place) => this.#objects.get(place)).filter((object) => object !== undefined);
  }

  #dropParts(keyId: string, isDropped: (object: CachedObject) => boolean): void {
    for (const place of this.#partsByKey.get(keyId) ?? []) {
      const object = this.#objects.peek(place);
      if (object !== undefined && isDropped(object)) this.#objects.delete(place);
    }
    if (this.#partsByKey.get(keyId)?.size === 0) this.#partsByKey.delete(keyId);
  }
}

function isSameVersion(one: CachedObject, other: CachedObject): boolean {
  const etag = fieldOf(one.headers, 'etag');
  return etag !== undefined && etag === fieldOf(other.headers, 'etag') && one.part?.size === other.part?.size;
}
