/**
 * Route patterns in Astro's syntax: `/blog/[slug]`, `/docs/[...path]`, `/feeds/[name].xml`. This file is bundled into
 * the site's server, so it imports nothing.
 */
export interface RoutePattern {
  readonly pattern: string;
  /** Names of the parameters, in order. */
  readonly parameters: readonly string[];
  /** Of the regular expression that `match` uses, for readers of a later time. */
  readonly source: string;
  /** The parameters of a decoded path that the pattern covers; a trailing slash makes no difference. */
  readonly match: (path: string) => Readonly<Record<string, string>> | undefined;
}

const PLACEHOLDER = /(\[[^\]]+\])/;
const REST_SEGMENT = /^\[\.{3}[^\]]+\]$/;

export function compileRoutePattern(pattern: string): RoutePattern {
  const segments = segmentsOf(pattern);
  const parameters = segments.flatMap((segment) => segment.split(PLACEHOLDER).filter(isPlaceholder).map(nameOf));
  const regex = new RegExp(`^${segments.map(segmentSource).join('')}/?$`);
  return {
    pattern,
    parameters,
    source: regex.source,
    match(path) {
      const found = regex.exec(path);
      if (found === null) return undefined;
      return Object.fromEntries(parameters.map((name, index) => [name, found[index + 1] ?? '']));
    },
  };
}

/** The pattern with its parameters filled in; slashes of a rest parameter stay. */
export function fillRoutePattern(pattern: string, parameters: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(/\[(?:\.{3})?([^\]]+)\]/g, (_, name: string) => parameters[name] ?? '');
}

export function isDynamicPattern(pattern: string): boolean {
  return PLACEHOLDER.test(pattern);
}

/** `/docs` and `/a` are `/docs/a`; the site's own beginning, `/`, becomes `/docs`. */
export function withBase(base: string, path: string): string {
  const prefix = base.replace(/\/+$/, '');
  const rest = path.replace(/^\/+/, '');
  if (prefix === '') return `/${rest}`;
  return rest === '' ? prefix : `${prefix}/${rest}`;
}

/** The path below `base`, or undefined when it lies outside. */
export function withoutBase(base: string, path: string): string | undefined {
  const prefix = base.replace(/\/+$/, '');
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

/** Whether a prerendered file, or its path, is the site's page for what is not there: `404.html`, `/docs/404/index.html`. */
export function isNotFoundPage(file: string): boolean {
  return /(?:^|\/)404(?:\/index)?\.html$/.test(file);
}

function segmentsOf(pattern: string): string[] {
  return pattern.split('/').filter((segment) => segment !== '');
}

function segmentSource(segment: string): string {
  // A rest parameter may be empty, and then takes its slash with it: `/docs/[...path]` covers `/docs`.
  if (REST_SEGMENT.test(segment)) return '(?:/(.*?))?';
  return `/${segment.split(PLACEHOLDER).map(partSource).join('')}`;
}

function partSource(part: string): string {
  if (!isPlaceholder(part)) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return part.startsWith('[...') ? '(.*?)' : '([^/]+?)';
}

function isPlaceholder(part: string): boolean {
  return PLACEHOLDER.test(part);
}

function nameOf(placeholder: string): string {
  return placeholder.replaceAll(/^\[(?:\.{3})?|\]$/g, '');
}
