import { readFile } from 'node:fs/promises';
import { compileRoutePattern } from '../build/route-pattern.ts';
import type { SiteRoute } from './live-routes.ts';

/** What this module reads of Astro's `IntegrationResolvedRoute`. */
export interface SiteEndpoint extends SiteRoute {
  /** File of the route, relative to the root of the project. */
  readonly entrypoint: string;
}

const WRITING_METHOD = /^export\s+(?:(?:const|let|var|function|async\s+function)\s+)(POST|PUT|PATCH|DELETE|ALL)\b/gm;

/** One warning for each stored endpoint that expects more than GET and HEAD, since CloudFront refuses all else. */
export async function warnOfStoredMethods(
  root: URL,
  routes: readonly SiteEndpoint[],
  live: readonly string[],
): Promise<readonly string[]> {
  const isLive = live.map((pattern) => compileRoutePattern(pattern).match);
  const stored = routes.filter(
    ({ pattern, type, origin, isPrerendered }) =>
      type === 'endpoint' &&
      origin === 'project' &&
      !isPrerendered &&
      !live.includes(pattern) &&
      !isLive.some((match) => match(pattern) !== undefined),
  );
  const warnings = stored.map(async ({ pattern, entrypoint }) => {
    const source = await readFile(new URL(entrypoint, root), 'utf8').catch(() => '');
    const methods = [...source.matchAll(WRITING_METHOD)].map(([, method]) => method);
    if (methods.length === 0) return [];
    return [
      `${pattern} exports ${methods.join(', ')}, but only live routes get more than GET and HEAD: list it in isr.exclude`,
    ];
  });
  return (await Promise.all(warnings)).flat();
}
