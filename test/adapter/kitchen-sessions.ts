import { describe, expect, test } from 'vitest';
import type { SessionStore } from '../../lib/core/site.ts';
import { type Loaded, visit } from './astro-site.ts';

/** Of the kitchen site, whose build costs seconds. */
export function describeSessions(site: () => Loaded): void {
  describe('sessions', () => {
    test('are kept where the function that runs the site keeps them, under an id of the visitor', async () => {
      const kept = new Map<string, string>();
      const sessions: SessionStore = {
        read: async (id) => kept.get(id),
        write: async (id, data) => void kept.set(id, data),
        remove: async (id) => void kept.delete(id),
      };
      const count = (cookie?: string) => {
        const init = cookie === undefined ? {} : { headers: { cookie } };
        return visit(site().fetch, '/docs/live/count.json', init, { kind: 'live', sessions });
      };
      const first = await count();
      const [cookie = ''] = first.response.headers.getSetCookie();
      expect(cookie).toMatch(/^visitor=[0-9a-f-]{36}; Max-Age=7200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(first.text).toBe('{"count":1}');
      expect((await count(cookie.split(';')[0])).text).toBe('{"count":2}');
      expect((await count()).text).toBe('{"count":1}');
      expect([...kept.keys()]).toContain(cookie.slice('visitor='.length, 'visitor='.length + 36));
      expect(kept.size).toBe(2);
    });

    test('are none for stored pages: the page fails, and says what to do', async () => {
      const { response } = await visit(site().fetch, '/docs/count.json');
      expect(response.status).toBe(500);
      expect(response.headers.getSetCookie()).toEqual([]);
    });

    test('last for as long as the longest of ttl and cookie, which the stack is told', () => {
      expect(site().build.manifest.sessions).toEqual({ retentionSeconds: 7200 });
    });
  });
}
