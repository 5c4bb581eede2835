import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Loaded, visit } from './astro-site.ts';

/** What the kitchen site sees of the URL by which it is asked, and how it answers without a content type. */
export function describeUrls(loadedSite: () => Loaded): void {
  describe('the URL that a stored page sees', () => {
    const seenBy = (html: string): unknown => JSON.parse(/\[.*\]/.exec(html.replaceAll('&quot;', '"'))?.[0] ?? '');

    test.each(['plain', 'node.js', 'example.com', 'a,b', 'a b'])(
      'is that of the same page prerendered: %s',
      async (slug) => {
        const file = join(loadedSite().build.clientDirectory, `urls/made/${slug}.html`);
        const made = seenBy((await readFile(file, 'utf8')).replaceAll('/made/', '/stored/'));
        const path = `/docs/urls/stored/${encodeURI(slug)}`;
        for (const spelling of [path, `${path}/`, `${path}.html`]) {
          expect(seenBy((await visit(loadedSite().fetch, spelling)).text), spelling).toEqual(made);
        }
      },
    );

    test.each([
      ['a%2Fb', 'a%2Fb'],
      ['a%2Cb', 'a%2Cb'],
      ['caf%c3%a9', 'café'],
    ])('has the parameter that Astro gives it: %s', async (slug, parameter) => {
      expect(seenBy((await visit(loadedSite().fetch, `/docs/urls/stored/${slug}`)).text)).toContain(parameter);
    });
  });

  test.each([
    ['page', '/docs/fr/urls/stored/plain', 'plain'],
    ['live', '/docs/fr/urls/stored/plain', 'plain'],
    ['page', '/docs/fr/contact', 'form'],
    ['page', '/docs/fr/contact.html', 'form'],
  ] as const)(
    'a page that is shown in place of one in another language is no redirect that leads nowhere: %s, %s',
    async (kind, path, content) => {
      const { response, text } = await visit(loadedSite().fetch, path, {}, { kind });
      expect([response.status, response.headers.get('location')]).toEqual([200, null]);
      expect(text).toContain(content);
    },
  );

  test.each(['204', '302', '404'])('a %s without a content type gets none', async (status) => {
    const { response } = await visit(loadedSite().fetch, `/docs/untyped/${status}`);
    expect([response.status, response.headers.get('x-own')]).toEqual([Number(status), '1']);
    if (status !== '404') expect(response.headers.get('content-type')).toBeNull();
  });
}
