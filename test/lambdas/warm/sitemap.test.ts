import { expect, test } from 'vitest';
import { pagesOfSitemap } from '../../../lambdas/warm/sitemap.ts';
import { keyOf } from '../../fakes/world.ts';

const ROOTS = ['/sitemap-index.xml', '/sitemap.xml'].map(keyOf);

const locations = (tag: string, urls: readonly string[]) => urls.map((url) => `<${tag}><loc>${url}</loc></${tag}>`);
const urlset = (...urls: readonly string[]) =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${locations('url', urls).join('\n')}</urlset>`;
const index = (...urls: readonly string[]) =>
  `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${locations('sitemap', urls).join('')}</sitemapindex>`;

/** What the files, by path, come to. */
async function pagesIn(files: Readonly<Record<string, string>>, maxPages = 100) {
  const read: string[] = [];
  const texts = new Map(Object.entries(files).map(([path, text]) => [keyOf(path), text]));
  const pages = await pagesOfSitemap(ROOTS, {
    trailingSlash: 'ignore',
    hasHtmlEndings: false,
    maxPages,
    read: async (pageKey) => {
      read.push(pageKey);
      return texts.get(pageKey);
    },
  });
  return { pages, read };
}

test('the pages of a sitemap are found in its order, whatever host it names', async () => {
  const { pages } = await pagesIn({ '/sitemap.xml': urlset('https://example.com/b/', 'https://other.example/a') });
  expect(pages).toEqual(['/b', '/a'].map(keyOf));
});

test('an index is followed, also where it names itself', async () => {
  const { pages } = await pagesIn({
    '/sitemap-index.xml': index(
      'https://e.com/sitemap-0.xml',
      'https://e.com/sitemap-index.xml',
      'https://e.com/gone.xml',
    ),
    '/sitemap-0.xml': urlset('https://e.com/'),
  });
  expect(pages).toEqual([keyOf('/')]);
});

test('text is read as XML says: entities, sections, blanks; what is no URL is left out', async () => {
  const { pages } = await pagesIn({
    '/sitemap.xml': urlset(
      '\n https://e.com/r&amp;d \n',
      '<![CDATA[https://e.com/cdata]]>',
      'caf',
      'https://e.com/caf%C3%A9',
    ),
  });
  expect(pages).toEqual(['/r&d', '/cdata', '/caf%C3%A9'].map(keyOf));
});

test('a site without a sitemap has no pages of it', async () => {
  expect(await pagesIn({})).toEqual({ pages: [], read: ROOTS });
});

test('is bounded in pages and in sitemaps, however many there are', async () => {
  const many = Array.from({ length: 200 }, (_, number) => `https://e.com/p${number}`);
  expect((await pagesIn({ '/sitemap.xml': urlset(...many) }, 7)).pages).toHaveLength(7);
  const { read } = await pagesIn({ '/sitemap.xml': index(...many.map((url) => `${url}.xml`)) });
  expect(read.length).toBeLessThan(60);
});
