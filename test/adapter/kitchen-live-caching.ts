import { describe, expect, test } from 'vitest';
import type { RevalidationRequest } from '../../lib/core/site.ts';
import { type Loaded, visit } from './astro-site.ts';

/** Of the kitchen site, whose build costs seconds. */
export function describeLiveCaching(site: () => Loaded): void {
  describe('cache hints of live routes', () => {
    test('arrive as those of pages do, and no header of a CDN reaches viewers', async () => {
      const { hints, response } = await visit(site().fetch, '/docs/live/cached', {}, { kind: 'live' });
      expect(hints).toEqual([{ maxAge: 60, swr: 30, tags: ['live'] }]);
      expect(response.headers.get('cdn-cache-control')).toBeNull();
    });

    test.each([
      ['an action', '/docs/_actions/renew', 'POST', { paths: ['/docs/hint'], tags: ['by-action'] }],
      ['middleware', '/docs/live/cached', 'PUT', { tags: ['by-middleware'] }],
    ])('cache.invalidate works in %s', async (_name, path, method, expected) => {
      const asked: RevalidationRequest[] = [];
      const revalidate = async (request: RevalidationRequest) => void asked.push(request);
      const init = { method, headers: { 'content-type': 'application/json', origin: 'https://example.com' } };
      await visit(site().fetch, path, init, { kind: 'live', revalidate });
      expect(asked).toEqual([expected]);
    });

    test('Astro.cache.invalidate asks the function that runs the site', async () => {
      const asked: RevalidationRequest[] = [];
      const revalidate = async (request: RevalidationRequest) => void asked.push(request);
      const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const { text } = await visit(site().fetch, '/docs/invalidate', init, { kind: 'live', revalidate });
      expect(text).toBe('done');
      expect(asked).toEqual([{ paths: ['/docs/hint'] }, { tags: ['a,b', 'c'] }, { tags: ['single'] }]);
    });
  });
}
