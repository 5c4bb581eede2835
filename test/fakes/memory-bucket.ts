import { createHash } from 'node:crypto';
import type { Bucket, StoredObject } from '../../lib/core/bucket/bucket.ts';

export interface ObjectCall {
  readonly action: 'get' | 'put' | 'remove';
  readonly key: string;
  /** Of the body that travels, in either direction. */
  readonly bytes: number;
}

export interface MemoryNetwork {
  /** Before the call takes effect. What rejects here never happens. */
  request?(call: ObjectCall): Promise<void>;
  /** After it took effect. What rejects here has happened, but the caller does not know. */
  response?(call: ObjectCall): Promise<void>;
}

export type MemoryObjects = Map<string, StoredObject>;

/** The objects of a bucket in memory, with S3's conditions and entity tags. Several may share one bucket. */
export function createMemoryBucket(bucket: MemoryObjects, network: MemoryNetwork = {}): Bucket {
  async function call<T>(
    action: ObjectCall['action'],
    key: string,
    sent: number,
    effect: () => T,
    bytes: (result: T) => number,
  ) {
    await network.request?.({ action, key, bytes: sent });
    const result = effect();
    await network.response?.({ action, key, bytes: sent + bytes(result) });
    return result;
  }

  const getUnless: Bucket['getUnless'] = (key, etag) =>
    call<StoredObject | 'unchanged' | undefined>(
      'get',
      key,
      0,
      () => {
        const object = bucket.get(key);
        return object !== undefined && object.etag === etag ? 'unchanged' : object;
      },
      (result) => (typeof result === 'object' ? result.body.byteLength : 0),
    );

  return {
    getUnless,
    get: async (key) => (await getUnless(key, undefined)) as StoredObject | undefined,
    put: (key, body, { condition, headers = {} } = {}) => {
      const bytes = Buffer.from(body);
      const effect = (): string => {
        if (condition !== undefined && !holds(bucket.get(key), condition)) return 'conflict';
        const object = { body: bytes, etag: etagOf(bytes), headers };
        bucket.set(key, object);
        return object.etag;
      };
      return call('put', key, bytes.byteLength, effect, () => 0);
    },
    remove: (key, etag) => {
      const effect = (): 'removed' | 'conflict' => {
        if (etag !== undefined && bucket.has(key) && !holds(bucket.get(key), { etag })) return 'conflict';
        bucket.delete(key);
        return 'removed';
      };
      return call('remove', key, 0, effect, () => 0);
    },
  };
}

function holds(
  object: StoredObject | undefined,
  condition: { readonly absent: true } | { readonly etag: string },
): boolean {
  return object?.etag === ('absent' in condition ? undefined : condition.etag);
}

/** As S3 does it: equal bytes have equal entity tags. */
function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
