import { CachePolicy } from '../../../vendor/http-cache-semantics.ts';
import type { Clock } from '../../clock.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import type { Lifetime } from './lifetime.ts';

/** The freshness of one stored object as time goes by. The arithmetic of RFC 9111 and 5861 is http-cache-semantics'. */
export class Freshness {
  readonly lifetime: Lifetime;
  readonly #policy: CachePolicy;

  constructor(lifetime: Lifetime, headers: Readonly<Fields>, clock: Clock) {
    this.lifetime = lifetime;
    class ClockedPolicy extends CachePolicy {
      now(): number {
        return clock.now();
      }
    }
    const { ttlSeconds, staleWhileRevalidateSeconds } = lifetime;
    // CloudFront's rules are not a private cache's nor RFC 9111's, so the outcome of lifetimeOf is put into the
    // words that the library understands.
    this.#policy = new ClockedPolicy(REQUEST, {
      status: 200,
      headers: {
        age: fieldOf(headers, 'age'),
        'cache-control': `max-age=${ttlSeconds}, stale-while-revalidate=${staleWhileRevalidateSeconds}`,
      },
    });
  }

  /** `stale`: serve it and revalidate in the background. `expired`: revalidate first. */
  get state(): 'fresh' | 'stale' | 'expired' {
    const { response, revalidation } = this.#policy.evaluateRequest(REQUEST);
    if (response === undefined) return 'expired';
    return revalidation === undefined ? 'fresh' : 'stale';
  }

  get ageSeconds(): number {
    return Math.floor(this.#policy.age());
  }

  /** What an expired object is good for when the origin fails. */
  get onError(): 'serve' | 'serve-and-wait' | 'refuse' {
    const { mayBeStale, staleIfErrorSeconds } = this.lifetime;
    if (!mayBeStale) return 'refuse';
    // Without the directive CloudFront serves the old object all the same, and asks the origin again only after
    // the error-caching minimum TTL. With it, every request asks the origin first.
    if (staleIfErrorSeconds === undefined) return 'serve-and-wait';
    return this.#policy.maxAge() + staleIfErrorSeconds > this.#policy.age() ? 'serve' : 'refuse';
  }
}

const REQUEST = { method: 'GET', url: '/', headers: {} };
