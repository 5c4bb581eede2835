import { trimTrailingSlashes } from '../basics/slashes.ts';
import { matchText, type PatternPart, type ReadableText } from '../basics/text-pattern.ts';
import type { Manifest } from './manifest.ts';

/** A route pattern in Astro's syntax: `/blog/[slug]`, `/docs/[...path]`, `/feeds/[name].xml`. */
export interface RoutePattern {
  readonly pattern: string;
  /** Names of the parameters, in order. */
  readonly parameters: readonly string[];
  /** The pattern in a form that can be stored. `matchText` compares it with paths. */
  readonly parts: readonly PatternPart[];
  /** The parameters of a decoded path that the pattern covers; a trailing slash makes no difference. */
  readonly match: (path: ReadableText) => Readonly<Record<string, string>> | undefined;
}

const PLACEHOLDER = /(\[[^\]]+\])/;
const REST_SEGMENT = /^\[\.{3}[^\]]+\]$/;

export function compileRoutePattern(pattern: string): RoutePattern {
  const segments = segmentsOf(pattern);
  const parameters = segments.flatMap((segment) => segment.split(PLACEHOLDER).filter(isPlaceholder).map(nameOf));
  const parts = joinTexts([...segments.flatMap(partsOf), { any: 'optional-slash' }]);
  return {
    pattern,
    parameters,
    parts,
    match(path) {
      const found = matchText(parts, path);
      return found && Object.fromEntries(parameters.map((name, index) => [name, found[index] ?? '']));
    },
  };
}

/** Puts the parameters into the pattern. Slashes in a rest parameter stay. */
export function fillRoutePattern(pattern: string, parameters: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(/\[(?:\.{3})?([^\]]+)\]/g, (_, name: string) => parameters[name] ?? '');
}

export function isDynamicPattern(pattern: string): boolean {
  return PLACEHOLDER.test(pattern);
}

/** `/docs` and `/a` make `/docs/a`. `/docs` and `/` make `/docs`. */
export function withBase(base: string, path: string): string {
  const prefix = trimTrailingSlashes(base);
  const rest = path.replace(/^\/+/, '');
  if (prefix === '') return `/${rest}`;
  return rest === '' ? prefix : `${prefix}/${rest}`;
}

/** The path below `base`, or undefined when it lies outside. */
export function withoutBase(base: string, path: string): string | undefined {
  const prefix = trimTrailingSlashes(base);
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

/** The patterns of a build's paths of which nothing is stored. */
export function livePatternsOf({ base, live, storesPages }: Pick<Manifest, 'base' | 'live' | 'storesPages'>) {
  return storesPages ? live : [...live, everyPathBelow(base)];
}

/** The pattern of all paths of a site. */
export function everyPathBelow(base: string): string {
  return withBase(base, '/[...path]');
}

/** Whether a prerendered file, or its path, is the site's 404 page: `404.html`, `/docs/404/index.html`. */
export function isNotFoundPage(file: string): boolean {
  return /(?:^|\/)404(?:\/index)?\.html$/.test(file);
}

function segmentsOf(pattern: string): string[] {
  return pattern.split('/').filter((segment) => segment !== '');
}

function partsOf(segment: string): readonly PatternPart[] {
  // A rest parameter can be empty. Then its slash is absent too: `/docs/[...path]` covers `/docs`.
  if (REST_SEGMENT.test(segment)) return [{ any: 'optional-rest' }];
  return [
    '/',
    ...segment
      .split(PLACEHOLDER)
      .filter((part) => part !== '')
      .map(partOf),
  ];
}

function partOf(part: string): PatternPart {
  if (!isPlaceholder(part)) return part;
  return { any: part.startsWith('[...') ? 'rest' : 'segment' };
}

function joinTexts(parts: readonly PatternPart[]): readonly PatternPart[] {
  const joined: PatternPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function isPlaceholder(part: string): boolean {
  return PLACEHOLDER.test(part);
}

function nameOf(placeholder: string): string {
  return placeholder.replaceAll(/^\[(?:\.{3})?|\]$/g, '');
}
