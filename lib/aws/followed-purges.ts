import { isJsonObject, parseJson } from '../basics/json-object.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import type { FollowedPurges } from '../core/ports.ts';

const keyOf = (name: string): string => `_isr/purges/made/${name}.json`;

/** An object for each purge that somebody follows, from when it was made until they have seen that. */
export function createFollowedPurges(bucket: Bucket): FollowedPurges {
  return {
    async noteMade(name, invalidation) {
      const headers = { 'content-type': 'application/json' };
      await bucket.put(keyOf(name), JSON.stringify({ invalidation }), { headers });
    },
    async takeInvalidation(name) {
      const object = await bucket.get(keyOf(name));
      if (object === undefined) return undefined;
      const made = parseJson(object.body.toString('utf8'));
      if (!isJsonObject(made) || typeof made.invalidation !== 'string') return undefined;
      // The bucket's lifecycle deletes what stays.
      await bucket.remove(keyOf(name)).catch(() => undefined);
      return made.invalidation;
    },
  };
}
