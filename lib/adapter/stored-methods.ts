import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import { compileRoutePattern, withoutBase } from '../build/route-pattern.ts';
import type { SiteRoute } from './live-routes.ts';
import { reachableFrom, type SiteModules } from './site-modules.ts';

/** What this module reads of Astro's `IntegrationResolvedRoute`. */
export interface SiteEndpoint extends SiteRoute {
  /** File of the route, relative to the root of the project. */
  readonly entrypoint: string;
}

const WRITING_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'ALL'];
const WRITING_METHOD = /^export\s+(?:(?:const|let|var|function|async\s+function)\s+)(POST|PUT|PATCH|DELETE|ALL)\b/gm;
/** The bundler's name for what `export * from` brings, when it does not know it. */
const UNKNOWN_EXPORTS = '*';
const MOST_NAMED = 3;

/** An endpoint of an integration that answers more than GET and HEAD. */
export interface WritingEndpoint {
  readonly pattern: string;
  readonly methods: readonly string[];
}

/**
 * The endpoints that integrations add and that answer more than GET and HEAD: nobody who uses an integration knows them.
 * One of which nothing is known is among them.
 */
export function writingEndpointsOfIntegrations(
  root: URL,
  routes: readonly SiteEndpoint[],
  modules: SiteModules,
): readonly WritingEndpoint[] {
  return routes
    .filter(({ type, origin, isPrerendered }) => type === 'endpoint' && origin === 'external' && !isPrerendered)
    .flatMap(({ pattern, entrypoint }) => {
      const exported = modules.get(fileOf(entrypoint, root))?.exports ?? [UNKNOWN_EXPORTS];
      const methods = exported.filter((name) => [...WRITING_METHODS, UNKNOWN_EXPORTS].includes(name));
      return methods.length === 0 ? [] : [{ pattern, methods }];
    });
}

/** One warning for each stored endpoint that expects more than GET and HEAD, since CloudFront refuses all else. */
export async function warnOfStoredMethods(
  root: URL,
  routes: readonly SiteEndpoint[],
  live: readonly string[],
  modules: SiteModules = new Map(),
): Promise<readonly string[]> {
  const stored = storedRoutes(routes, live).filter(({ type, origin }) => type === 'endpoint' && origin === 'project');
  const warnings = stored.map(async ({ pattern, entrypoint }) => {
    const exported = modules.get(fileOf(entrypoint, root))?.exports ?? (await exportsInFile(entrypoint, root));
    const methods = WRITING_METHODS.filter((name) => exported.includes(name));
    if (methods.length === 0) return [];
    return [
      `${pattern} exports ${methods.join(', ')}, but only live routes get more than GET and HEAD: list it in isr.exclude`,
    ];
  });
  return (await Promise.all(warnings)).flat();
}

/** One warning for each component whose form is posted to a page that is stored. */
export function warnOfPostedForms(
  { base, root }: Pick<AstroConfig, 'base' | 'root'>,
  routes: readonly SiteEndpoint[],
  live: readonly string[],
  modules: SiteModules,
): readonly string[] {
  const stored = storedRoutes(routes, live).filter(({ type }) => type === 'page');
  const pagesByComponent = new Map<string, Set<string>>();
  for (const { pattern, entrypoint } of stored) {
    for (const id of reachableFrom(fileOf(entrypoint, root), modules)) {
      if (!modules.get(id)?.forms.some(({ target }) => target === undefined)) continue;
      pagesByComponent.set(id, (pagesByComponent.get(id) ?? new Set()).add(pattern));
    }
  }
  const toOwnPage = [...pagesByComponent].map(([id, patterns]) => ownPageWarning(nameOf(id, root), [...patterns]));
  const isStored = (path: string): boolean =>
    !live.some((pattern) => compileRoutePattern(pattern).match(path) !== undefined) &&
    stored.some(({ pattern }) => compileRoutePattern(pattern).match(path) !== undefined);
  const used = new Set(routes.flatMap(({ entrypoint }) => [...reachableFrom(fileOf(entrypoint, root), modules)]));
  const toOthers = [...used].flatMap((id) =>
    (modules.get(id)?.forms ?? []).flatMap(({ target = '' }) => {
      const path = withoutBase(base, target);
      if (path === undefined || !isStored(path)) return [];
      return [`${nameOf(id, root)} posts a form to ${target}, which is stored: list '${path}' in isr.exclude`];
    }),
  );
  return [...toOwnPage, ...toOthers];
}

function ownPageWarning(component: string, patterns: readonly string[]): string {
  const named = patterns.slice(0, MOST_NAMED).join(', ');
  const others = patterns.length > MOST_NAMED ? ` and ${patterns.length - MOST_NAMED} more` : '';
  return (
    `${component} has a form that is posted to the page that it is on, and stored are ${named}${others}: only live routes ` +
    "get more than GET and HEAD; list the pages in isr.exclude, post to one that is listed (action={'/done' + " +
    'actions.name}), or call the action from a script'
  );
}

function storedRoutes(routes: readonly SiteEndpoint[], live: readonly string[]): readonly SiteEndpoint[] {
  const isLive = live.map((pattern) => compileRoutePattern(pattern).match);
  return routes.filter(
    ({ pattern, isPrerendered }) =>
      !isPrerendered && !live.includes(pattern) && !isLive.some((match) => match(pattern) !== undefined),
  );
}

async function exportsInFile(entrypoint: string, root: URL): Promise<readonly string[]> {
  const source = await readFile(new URL(entrypoint, root), 'utf8').catch(() => '');
  return [...source.matchAll(WRITING_METHOD)].map(([, method = '']) => method);
}

function fileOf(entrypoint: string, root: URL): string {
  return fileURLToPath(new URL(entrypoint, root));
}

function nameOf(id: string, root: URL): string {
  return relative(fileURLToPath(root), id);
}
