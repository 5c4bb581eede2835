import { IsrError } from '../basics/errors.ts';
import { matchText, wildcardParts } from '../basics/text-pattern.ts';
import { everyPathBelow } from '../build/route-pattern.ts';
import { isFilePath } from '../core/page/url-path.ts';

/** CloudFront path patterns that tell live routes from pages. `*` is any text, also with slashes. */
export interface LivePatterns {
  /** For prerendered pages and files that `live` would cover too. These patterns come first. */
  readonly pages: readonly string[];
  /** The most specific first. */
  readonly live: readonly string[];
  /** Those of `live` that replace several others, because there were too many. No page that they cover is stored. */
  readonly widened: readonly string[];
  /** Those of `pages` that are for a whole folder, because there were too many. What is no file there is not live. */
  readonly sharedFolders?: readonly string[];
}

/** The patterns of a site that stores nothing. */
export interface AllLivePatterns extends LivePatterns {
  /** Whether every path that is no file is live, also one that belongs to no route. */
  readonly isComplete: boolean;
}

// CloudFront takes 255 characters; one is for a trailing slash.
const MAX_PATTERN_LENGTH = 254;
const PARAMETER = /\[[^\]]+\]/g;
const REST_AT_END = /\/\[\.{3}[^\]]+\]$/;
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html (path pattern)
const NOT_ALLOWED = /[^A-Za-z0-9_\-.*$/~"'@:+&]+/g;

/**
 * Covers every path of `routes`, which are patterns in Astro's syntax. A pattern may cover more than its route, since the
 * live function looks at the path again. But that function has no prerendered pages and files. So `pagePaths`
 * (percent-encoded) have patterns of their own.
 *
 * @param limit the number of behaviors that the distribution has left
 * @throws IsrError INVALID_CONFIGURATION when even merged patterns are too many
 */
export function compileLivePatterns(
  routes: readonly string[],
  pagePaths: readonly string[],
  limit: number,
): LivePatterns {
  const all = routes.flatMap(patternsOf);
  const exact = withoutCovered(all);
  let live = exact;
  let sharedFolders: readonly string[] = [];
  if (live.length + coveredPages(live, pagePaths).length > limit) live = withoutCovered(live.map(joinSlashVariants));
  for (;;) {
    const pages = withoutCovered([...coveredPages(live, pagePaths), ...sharedFolders]).toSorted();
    const behaviors = live.length + pages.length;
    if (behaviors <= limit) {
      const widened = live.filter((each) => !exact.includes(each));
      const shared = sharedFolders.length === 0 ? {} : { sharedFolders };
      return { pages, live: live.toSorted(bySpecificity), widened, ...shared };
    }
    const ofPages = crowdedFolder(pages, (folder) => mayBeShared(folder, all));
    const ofRoutes = crowdedFolder(live);
    if (ofPages !== undefined && (ofRoutes === undefined || pages.length > live.length)) {
      sharedFolders = withoutCovered([...sharedFolders, `${ofPages}/*`]);
    } else if (ofRoutes !== undefined) {
      live = withoutCovered([...live, `${ofRoutes}/*`]);
    } else {
      throw tooMany(routes.length, behaviors, limit);
    }
  }
}

/**
 * For a site that stores nothing, so that every path is live which is none of `pagePaths`. When there are too few behaviors
 * for that, the paths of no route are left out: below them is only the page for what is not found, and what middleware
 * may answer.
 *
 * @throws IsrError INVALID_CONFIGURATION when even merged patterns are too many
 */
export function compileAllLive(
  base: string,
  routes: readonly string[],
  pagePaths: readonly string[],
  limit: number,
): AllLivePatterns {
  const everything = [...routes, everyPathBelow(base)];
  const whole = compiledOrNone(() => compileLivePatterns(everything, pagePaths, limit));
  if (whole !== undefined && whole.widened.length === 0 && whole.sharedFolders === undefined) {
    return { ...whole, isComplete: true };
  }
  return { ...compileLivePatterns(routes, pagePaths, limit), isComplete: routes.includes(everyPathBelow(base)) };
}

function compiledOrNone(compile: () => LivePatterns): LivePatterns | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof IsrError) return undefined;
    throw error;
  }
}

/** A folder of pages, unless a live route is only there, or there may be some of its paths among others. */
function mayBeShared(folder: string, live: readonly string[]): boolean {
  const shared = `${folder}/*`;
  return live.every((pattern) => {
    if (matchesPathPattern(shared, pattern)) return false;
    const [literal = ''] = pattern.split('*', 1);
    return matchesPathPattern(pattern, shared) || pattern === literal || !`${folder}/`.startsWith(literal);
  });
}

function tooMany(routes: number, behaviors: number, limit: number): IsrError {
  return new IsrError(
    'INVALID_CONFIGURATION',
    `the site's ${routes} live routes need ${behaviors} CloudFront behaviors, and ${limit} are left of the 75 of a ` +
      'distribution; move live routes below a common folder such as /api/, away from prerendered pages',
  );
}

function coveredPages(live: readonly string[], pagePaths: readonly string[]): string[] {
  const covered = pagePaths.filter((path) => live.some((pattern) => matchesPathPattern(pattern, path)));
  return withoutCovered(
    covered.flatMap((path) => (isFilePath(path) ? [wildcards(path)] : patternsOf(path))),
  ).toSorted();
}

/** Whether CloudFront sends `path` to a behavior with `pattern`. */
export function matchesPathPattern(pattern: string, path: string): boolean {
  return matchText(wildcardParts(pattern), path) !== undefined;
}

function patternsOf(route: string): string[] {
  const path = route.length > 1 ? route.replace(/\/$/, '') : route;
  const whole = wildcards(path);
  const parent = path.replace(REST_AT_END, '');
  // A rest parameter can be empty. Then its slash is absent too: `/docs/[...path]` covers `/docs`.
  if (parent !== path) return parent === '' ? [whole] : [...patternsOf(parent), whole];
  if (whole === '/' || whole.endsWith('*')) return [whole];
  return [whole, `${whole}/`];
}

function wildcards(path: string): string {
  // It is not documented in which form CloudFront compares percent-encoded characters, so they become wildcards.
  // A rest parameter between slashes can be empty too, so the wildcard includes the slash before it.
  const pattern = path
    .replaceAll(/\/\[\.{3}[^\]]+\](?=\/)/g, '*')
    .replaceAll(PARAMETER, '*')
    .replaceAll(NOT_ALLOWED, '*')
    .replaceAll(/\*+/g, '*');
  return pattern.length <= MAX_PATTERN_LENGTH ? pattern : `${pattern.slice(0, MAX_PATTERN_LENGTH - 1)}*`;
}

function joinSlashVariants(pattern: string, _: number, all: readonly string[]): string {
  const bare = pattern.replace(/\/$/, '');
  return all.includes(bare) && all.includes(`${bare}/`) ? `${bare}*` : pattern;
}

function withoutCovered(patterns: readonly string[]): string[] {
  const unique = [...new Set(patterns)];
  // A wildcard matches itself as text, so a pattern covers another one when it matches it.
  return unique.filter((one) => !unique.some((other) => other !== one && matchesPathPattern(other, one)));
}

/** Of the deepest folders without wildcards, the one with the most patterns. Never the root: then all pages were live. */
function crowdedFolder(patterns: readonly string[], isGood = (_: string): boolean => true): string | undefined {
  const counts = new Map<string, number>();
  for (const folder of patterns.flatMap(foldersOf).filter(isGood)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  const crowded = [...counts].filter(([, count]) => count > 1);
  crowded.sort(([a, countOfA], [b, countOfB]) => depthOf(b) - depthOf(a) || countOfB - countOfA || (a < b ? -1 : 1));
  return crowded[0]?.[0];
}

function foldersOf(pattern: string): string[] {
  const literal = pattern.split('*', 1)[0] ?? '';
  const segments = literal.split('/').slice(1, -1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function bySpecificity(a: string, b: string): number {
  const lengthOf = (pattern: string) => pattern.replaceAll('*', '').length;
  return Number(a.includes('*')) - Number(b.includes('*')) || lengthOf(b) - lengthOf(a) || (a < b ? -1 : 1);
}
