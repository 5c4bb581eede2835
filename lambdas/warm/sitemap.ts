import { type PageKey, pageKeyOf, type UrlStyle } from '../../lib/core/page/page-key.ts';

export interface SitemapOptions extends UrlStyle {
  /** No further sitemap is read once there are so many pages. */
  readonly maxPages: number;
  /** The text of a sitemap; `undefined` when there is none under this key. */
  readonly read: (pageKey: PageKey) => Promise<string | undefined>;
}

/** So many sitemaps are read, whatever they name. */
const MAX_SITEMAPS = 50;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The pages that the site's sitemap names, in its order: of the first of `roots` that is there, and of the sitemaps that it
 * names if it is an index. https://www.sitemaps.org/protocol.html
 */
export async function pagesOfSitemap(roots: readonly PageKey[], options: SitemapOptions): Promise<readonly PageKey[]> {
  const pages = new Set<PageKey>();
  const root = await firstOf(roots, options);
  const waiting = root === undefined ? [] : [root];
  const named = new Set<PageKey>(roots);
  for (let count = 0; count < MAX_SITEMAPS && pages.size < options.maxPages; count++) {
    const next = waiting.shift();
    if (next === undefined) break;
    const text = await options.read(next);
    const isIndex = /<sitemapindex[\s>]/.test(text ?? '');
    for (const pageKey of locationsIn(text ?? '', options)) {
      if (!isIndex) pages.add(pageKey);
      else if (!named.has(pageKey)) waiting.push(pageKey);
      named.add(pageKey);
    }
  }
  return [...pages].slice(0, options.maxPages);
}

async function firstOf(roots: readonly PageKey[], { read }: SitemapOptions): Promise<PageKey | undefined> {
  for (const root of roots) {
    if ((await read(root)) !== undefined) return root;
  }
  return undefined;
}

/** Whatever host they name: behind a domain name of its own, the site may know another one. A query is no page of its own. */
function locationsIn(text: string, style: UrlStyle): readonly PageKey[] {
  return [...text.matchAll(/<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*<\/loc>/g)].flatMap(
    ([, found = '']) => {
      const url = found.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');
      if (!URL.canParse(url)) return [];
      const result = pageKeyOf(new URL(url).pathname, [], style);
      return 'pageKey' in result ? [result.pageKey] : [];
    },
  );
}
