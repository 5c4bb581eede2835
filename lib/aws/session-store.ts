import { hash } from 'node:crypto';
import type { Bucket } from '../core/bucket/bucket.ts';
import type { Clock } from '../core/ports.ts';
import type { SessionStore } from '../core/site.ts';

export interface SessionStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** A session that nobody wrote for so long is over. The bucket's lifecycle deletes it some time later. */
  readonly retentionSeconds: number;
}

const EXPIRES_HEADER = 'x-amz-meta-isr-expires';

/**
 * Sessions as objects that no behavior of the edge serves. The last write wins, as with every store of Astro's sessions:
 * its drivers are not told what a write is based on.
 */
export function createS3SessionStore(bucket: Bucket, { clock, retentionSeconds }: SessionStoreOptions): SessionStore {
  return {
    async read(id) {
      const object = await bucket.get(sessionKey(id));
      if (object === undefined) return undefined;
      return clock.now() < Number(object.headers[EXPIRES_HEADER]) ? object.body.toString('utf8') : undefined;
    },
    async write(id, data) {
      const expires = String(clock.now() + retentionSeconds * 1000);
      const headers = { 'content-type': 'application/octet-stream', [EXPIRES_HEADER]: expires };
      await bucket.put(sessionKey(id), data, { headers });
    },
    async remove(id) {
      await bucket.remove(sessionKey(id));
    },
  };
}

/** Whoever may list the bucket does not learn ids, which are the keys to the sessions; and an id may hold anything. */
const sessionKey = (id: string): string => `_isr/sessions/${hash('sha256', id)}`;
