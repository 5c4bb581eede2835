import { type Answer, ask, typeOf } from './ask.ts';
import { linksOf } from './links.ts';

/** The same request, made of both. */
export interface Pair {
  readonly path: string;
  readonly node: Answer;
  readonly isr: Answer;
}

export interface Servers {
  readonly node: string;
  readonly isr: string;
}

/** More than any of the sites has; a site that links without end has to end. */
const MOST_PATHS = 600;
/** Where nothing is, whatever the site. */
const WRONG = ['/no-such-page', '/no-such/page/', '/no-such.txt', '/_astro/no-such.js', '/%ff', '/no%2Fsuch'];

/** Asks both for every path that a link of either leads to, for other ways to write those, and for wrong ones. */
export async function crawl(servers: Servers, more: readonly string[]): Promise<readonly Pair[]> {
  const linked = await follow(servers, ['/', '/robots.txt', '/favicon.ico', ...more]);
  const seen = new Set(linked.map(({ path }) => path));
  const variants = linked.filter(isPage).flatMap(({ path }) => variantsOf(path));
  const others = [...new Set([...variants, ...WRONG])].filter((path) => !seen.has(path));
  const pairs: Pair[] = [...linked];
  for (const path of others) pairs.push(await pairAt(servers, path));
  return pairs;
}

async function follow(servers: Servers, start: readonly string[]): Promise<readonly Pair[]> {
  const found = new Set(start);
  const pairs: Pair[] = [];
  // A set may grow while it is read.
  for (const path of found) {
    if (pairs.length >= MOST_PATHS) throw new Error(`more than ${MOST_PATHS} paths; the last is ${path}`);
    const pair = await pairAt(servers, path);
    pairs.push(pair);
    for (const link of linksOfBoth(pair, servers)) found.add(link);
  }
  return pairs;
}

async function pairAt(servers: Servers, path: string): Promise<Pair> {
  const [node, isr] = await Promise.all([ask(servers.node, path), ask(servers.isr, path)]);
  return { path, node, isr };
}

function linksOfBoth({ path, node, isr }: Pair, servers: Servers): readonly string[] {
  return [
    ...linksOf(node, new URL(path, servers.node), [servers.node]),
    ...linksOf(isr, new URL(path, servers.isr), [servers.isr]),
    ...[node, isr].flatMap(({ headers: { location } }, index) => {
      const base = index === 0 ? servers.node : servers.isr;
      const url = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : undefined;
      return url?.origin === base ? [url.pathname + url.search] : [];
    }),
  ];
}

function isPage({ node, isr }: Pair): boolean {
  return [node, isr].some((answer) => answer.status === 200 && typeOf(answer) === 'text/html');
}

function variantsOf(path: string): readonly string[] {
  const [pathname = '/', query] = path.split('?');
  if (pathname === '/') return ['/?unknown=1', '/index.html', '//'];
  const bare = pathname.replace(/\/+$/, '');
  const other = pathname.endsWith('/') ? bare : `${bare}/`;
  return [other + (query === undefined ? '' : `?${query}`), `${bare}.html`, `${bare}/index.html`, `${bare}/no-such`];
}
