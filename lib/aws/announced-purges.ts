import { randomUUID } from 'node:crypto';
import { parseJson } from '../basics/json-object.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import type { AnnouncedPurges } from '../core/ports.ts';

/** Longer than any function lives that announces a purge. */
export const ANNOUNCEMENT_SECONDS = 360;

const keyOf = (name: string): string => `_isr/purges/${name}.json`;

/** An object that says what is to be purged, and a message that comes late and asks whether it is still there. */
export function createAnnouncedPurges(
  bucket: Bucket,
  sendAnnouncement: (name: string) => Promise<void>,
): AnnouncedPurges {
  return {
    ...openAnnouncedPurges(bucket),
    async announce(items) {
      const name = randomUUID();
      await bucket.put(keyOf(name), JSON.stringify(items), { headers: { 'content-type': 'application/json' } });
      await sendAnnouncement(name);
      return name;
    },
  };
}

/** For the purge function, which announces none. */
export function openAnnouncedPurges(bucket: Bucket): Omit<AnnouncedPurges, 'announce'> {
  return {
    async itemsOf(name) {
      const object = await bucket.get(keyOf(name));
      if (object === undefined) return [];
      const items = parseJson(object.body.toString('utf8'));
      const isOurs = Array.isArray(items) && items.every((item) => typeof item === 'string');
      // Nobody can tell any more what it was.
      return isOurs ? items : ['/*'];
    },
    async settle(name) {
      await bucket.remove(keyOf(name));
    },
  };
}
