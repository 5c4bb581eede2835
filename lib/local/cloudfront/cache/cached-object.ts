import type { InvalidationTarget } from '../invalidation/items.ts';
import type { ContentRange } from '../message/byte-ranges.ts';
import type { Fields } from '../message/fields.ts';
import type { Coding } from './compression.ts';
import type { Freshness } from './freshness.ts';

/** All of an object but its body, which may still be on its way. */
export interface ObjectHead extends InvalidationTarget {
  readonly keyId: string;
  /** GET, HEAD or OPTIONS. */
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Fields>;
  /** Undefined for a whole object. */
  readonly part: ContentRange | undefined;
  /** How the edge compressed it. */
  readonly coding: Coding | undefined;
  readonly freshness: Freshness;
}

export interface CachedObject extends ObjectHead {
  readonly body: Buffer;
  hits: number;
  /** While the origin fails: when it may be asked again, in epoch milliseconds. */
  retryAt: number;
}
