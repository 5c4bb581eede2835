import { type Check, fieldsOf, listOf, memberOf, optional, rejectUnknown } from '../basics/checks.ts';
import { Faults } from '../basics/faults.ts';
import {
  ISR_OPTION_NAMES,
  type IsrOptions,
  type MiddlewareOptions,
  NOTHING_STORED,
  optionsErrorCode,
  readIsrOptions,
  readMiddleware,
} from '../build/isr-options.ts';
import type { Manifest } from '../build/manifest.ts';
import { IMAGE_OPTION_NAMES, type ImageOptions, type ImagesConfig, readImageOptions } from './image-options.ts';
import type { Inclusion } from './included-files.ts';
import { readVercelOptions, VERCEL_OPTION_NAMES, type VercelOptions } from './vercel-options.ts';

/** The `isr` options of @astrojs/vercel, with the same meaning. */
export interface AstroIsrOptions extends IsrOptions {
  /**
   * Routes that are never stored. A string is a route pattern or one path, such as `/api/revalidate` or
   * `/shop/[id]/cart`. A RegExp is tested against the patterns of the site's routes, at build time.
   *
   * @default []
   */
  readonly exclude?: readonly (string | RegExp)[];
}

export interface AdapterOptions extends VercelOptions {
  /**
   * Whether and how pages are stored. `true` is `{}`.
   *
   * @default false - every page that is not prerendered is rendered for each request
   */
  readonly isr?: boolean | AstroIsrOptions;
  /**
   * Images on demand are made by Astro's own service, whatever `image.service` says. Without it, they are made by the
   * service of the Astro config, which is that one by default.
   *
   * @default false
   */
  readonly imageService?: boolean;
  /** Bounds for the images, when `imageService` is true. @default - none beside those of docs/astro.md */
  readonly imagesConfig?: ImagesConfig;
  /** The image service of `astro dev`, when `imageService` is true: `sharp` or a module. @default 'sharp' */
  readonly devImageService?: string;
}

export interface ResolvedOptions {
  readonly storesPages: boolean;
  readonly isr: Manifest['isr'];
  readonly exclude: readonly (string | RegExp)[];
  readonly middleware?: MiddlewareOptions | undefined;
  readonly images: ImageOptions;
  /** For live routes and renders, where the construct does not say it. */
  readonly maxDurationSeconds: number | undefined;
  readonly inclusion: Inclusion;
  /** One line for each given option that has not the intended effect. */
  readonly warnings: readonly string[];
}

const OPTIONS = ['isr', ...[...IMAGE_OPTION_NAMES, ...VERCEL_OPTION_NAMES].sort()];
const ISR_OPTIONS = [...ISR_OPTION_NAMES, 'exclude'];
const KNOWN = 'an option that is known';
/** What the option `isr` decides. */
type ResolvedIsr = Omit<ResolvedOptions, 'images' | 'inclusion' | 'maxDurationSeconds'>;

const STORES_NOTHING: ResolvedIsr = { storesPages: false, isr: NOTHING_STORED, exclude: [], warnings: [] };
const TOKEN_MISSING =
  'isr.bypassToken is undefined, so nobody can revalidate: is the environment variable that it comes from set?';

/** @throws IsrError INVALID_OPTION or INVALID_TOKEN, naming every fault at once */
export function resolveOptions(options: AdapterOptions): ResolvedOptions {
  const faults = new Faults('the options');
  const read = readOptions(faults.in(options));
  return faults.accept(read, optionsErrorCode(faults), (sentences) => `${sentences} (at the adapter of astro.config)`);
}

const readOptions: Check<ResolvedOptions> = (given) => {
  const fields = fieldsOf(given);
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, OPTIONS, KNOWN);
  const isr = readIsr(given.at('isr', fields.isr));
  const { images, warnings: imageWarnings } = readImageOptions(given, fields);
  const vercel = readVercelOptions(given, fields);
  return isr && { ...isr, ...vercel, images, warnings: [...imageWarnings, ...isr.warnings] };
};

const readIsr: Check<ResolvedIsr> = (given) => {
  const { value } = given;
  if (value === undefined || value === false) return STORES_NOTHING;
  const fields = value === true ? {} : fieldsOf(given, 'true, false or an object');
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, ISR_OPTIONS, KNOWN);
  return {
    storesPages: true,
    isr: readIsrOptions(given, fields),
    middleware: readMiddleware(given, fields),
    exclude: optional(excludedRoutes)(memberOf(given, fields, 'exclude')) ?? [],
    warnings: 'bypassToken' in fields && fields.bypassToken === undefined ? [TOKEN_MISSING] : [],
  };
};

const excludedRoute: Check<string | RegExp> = (given) => {
  const { value } = given;
  if (value instanceof RegExp || (typeof value === 'string' && value.startsWith('/'))) return value;
  return given.mustBe("a path that begins with '/', or a regular expression");
};

const excludedRoutes = listOf(excludedRoute, 'a list', "write it as ['/api/revalidate', /^\\/admin/]");
