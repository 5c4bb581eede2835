import { IsrError } from '../basics/errors.ts';
import { isJsonObject } from '../basics/json-object.ts';
import { type IsrOptions, resolveIsrOptions, show } from '../build/isr-options.ts';
import type { Manifest } from '../build/manifest.ts';

/** The `isr` options of @astrojs/vercel, with the same meaning. */
export interface AstroIsrOptions extends IsrOptions {
  /**
   * What is never stored. A string is a route pattern or one path, `/api/revalidate`, `/shop/[id]/cart`;
   * a RegExp is tested against the patterns of the site's routes, at build time.
   *
   * @default []
   */
  readonly exclude?: readonly (string | RegExp)[];
}

export interface AdapterOptions {
  /**
   * `true` is `{}`.
   *
   * @default true
   */
  readonly isr?: true | AstroIsrOptions;
  /** Options of @astrojs/vercel: accepted so that only an import changes, without effect here. */
  readonly devImageService?: unknown;
  readonly edgeMiddleware?: unknown;
  readonly excludeFiles?: unknown;
  readonly imageService?: unknown;
  readonly imagesConfig?: unknown;
  readonly includeFiles?: unknown;
  readonly maxDuration?: unknown;
  readonly middlewareMode?: unknown;
  readonly skewProtection?: unknown;
  readonly staticHeaders?: unknown;
  readonly webAnalytics?: unknown;
}

export interface ResolvedOptions {
  readonly isr: Manifest['isr'];
  readonly exclude: readonly (string | RegExp)[];
  /** One line for each option that was given and does nothing, or not what it was given for. */
  readonly warnings: readonly string[];
}

const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  devImageService: "set 'image.service' in the Astro config",
  edgeMiddleware: 'middleware runs where pages are rendered',
  excludeFiles: 'only what the server imports is bundled',
  imageService: "set 'image.service' in the Astro config",
  imagesConfig: "set 'image' in the Astro config",
  includeFiles: 'import what the server needs, or put it into public/',
  maxDuration: "set 'renderTimeout' of the construct IsrSite",
  middlewareMode: 'middleware runs where pages are rendered',
  skewProtection: 'old assets stay available after a deployment anyway',
  staticHeaders: 'prerendered pages keep their headers anyway',
  webAnalytics: 'add the script of your analytics to a layout',
};
const OPTIONS = ['isr', ...Object.keys(WITHOUT_EFFECT)];
const ISR_OPTIONS = ['expiration', 'bypassToken', 'exclude', 'allowQuery'];
const TOKEN_MISSING =
  'isr.bypassToken is undefined, so nobody can revalidate: is the environment variable that it comes from set?';
const PLACE = 'the adapter of astro.config';
const ISR_PLACE = `isr of ${PLACE}`;

/** @throws IsrError INVALID_OPTION or INVALID_TOKEN */
export function resolveOptions(options: AdapterOptions): ResolvedOptions {
  const given = fieldsOf(options, 'the options', PLACE);
  rejectUnknown(given, OPTIONS, PLACE);
  const isr = isrFieldsOf(options.isr);
  rejectUnknown(isr, ISR_OPTIONS, ISR_PLACE);
  return {
    isr: resolveIsrOptions(isr, ISR_PLACE),
    exclude: checkExclude(isr.exclude),
    warnings: [
      ...Object.entries(WITHOUT_EFFECT)
        .filter(([name]) => given[name] !== undefined)
        .map(([name, instead]) => `option '${name}' has no effect on AWS: ${instead}`),
      ...('bypassToken' in isr && isr.bypassToken === undefined ? [TOKEN_MISSING] : []),
    ],
  };
}

function isrFieldsOf(isr: unknown): AstroIsrOptions {
  if (isr === undefined || isr === true) return {};
  if (isr === false) {
    throw new IsrError(
      'INVALID_OPTION',
      `'isr' must be true or an object, got false (at ${PLACE}); this adapter stores pages: ` +
        'list routes that must be rendered for each request in isr.exclude, all of them with exclude: [/.*/]',
    );
  }
  return fieldsOf(isr, "'isr'", PLACE);
}

function fieldsOf(value: unknown, what: string, place: string): Readonly<Record<string, unknown>> {
  if (isJsonObject(value)) return { ...value };
  throw new IsrError('INVALID_OPTION', `${what} must be an object, got ${show(value)} (at ${place})`);
}

function rejectUnknown(given: object, known: readonly string[], place: string): void {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const names = unknown.map((name) => `'${name}'`).join(', ');
  throw new IsrError('INVALID_OPTION', `unknown option ${names} (at ${place}); the known ones are ${known.join(', ')}`);
}

function checkExclude(exclude: unknown): readonly (string | RegExp)[] {
  if (exclude === undefined) return [];
  if (!Array.isArray(exclude)) {
    throw new IsrError(
      'INVALID_OPTION',
      `'exclude' must be a list, got ${show(exclude)} (at ${ISR_PLACE}); write it as ['/api/revalidate', /^\\/admin/]`,
    );
  }
  for (const entry of exclude) {
    if (entry instanceof RegExp || (typeof entry === 'string' && entry.startsWith('/'))) continue;
    throw new IsrError(
      'INVALID_OPTION',
      `'exclude' must list paths that begin with '/', or regular expressions, got ${show(entry)} (at ${ISR_PLACE})`,
    );
  }
  return [...exclude];
}
