import {
  type Check,
  fieldsOf,
  integerBetween,
  listOf,
  memberOf,
  optional,
  rejectUnknown,
  text,
  trueOrFalse,
} from '../basics/checks.ts';
import type { Given } from '../basics/faults.ts';

/** `imagesConfig` of @astrojs/vercel, as far as it means the same here. */
export interface ImagesConfig {
  /** Widths that are made; any other becomes the nearest of them. */
  readonly sizes?: readonly number[];
  /** Hosts of images, beside those of `image.domains`. */
  readonly domains?: readonly string[];
  /** Patterns of images, beside those of `image.remotePatterns`, in the same syntax. */
  readonly remotePatterns?: readonly RemotePattern[];
  /** Seconds for which an image of another site is kept at least. @default 60 */
  readonly minimumCacheTTL?: number;
  /** The format of an image for which the page names none. */
  readonly formats?: readonly ['image/webp'];
  /** SVGs are sent as they are, with `contentSecurityPolicy`. */
  readonly dangerouslyAllowSVG?: true;
  /** @default "script-src 'none'; frame-src 'none'; sandbox;" */
  readonly contentSecurityPolicy?: string;
}

export interface RemotePattern {
  readonly protocol?: 'http' | 'https';
  readonly hostname: string;
  readonly port?: string;
  readonly pathname?: string;
}

export interface ImageOptions {
  /** Astro's service is used, whatever the configuration has. */
  readonly isForced: boolean;
  /** The service that `astro dev` uses then. */
  readonly devService: string;
  readonly widths: readonly number[];
  readonly domains: readonly string[];
  readonly remotePatterns: readonly RemotePattern[];
  readonly minimumTtlSeconds: number;
  readonly contentSecurityPolicy: string;
}

export const IMAGE_OPTION_NAMES = ['imageService', 'imagesConfig', 'devImageService'] as const;
export const SHARP_SERVICE = 'astro/assets/services/sharp';

const CONFIG_NAMES = [
  'sizes',
  'domains',
  'remotePatterns',
  'minimumCacheTTL',
  'formats',
  'dangerouslyAllowSVG',
  'contentSecurityPolicy',
];
const DEFAULT_MINIMUM_TTL_SECONDS = 60;
const ONE_YEAR_SECONDS = 31_536_000;
/** Vercel's own: https://vercel.com/docs/image-optimization (SVG). */
const DEFAULT_SECURITY_POLICY = "script-src 'none'; frame-src 'none'; sandbox;";
const ASTRO_SYNTAX = "write it in Astro's syntax, such as '*.example.com', not as a regular expression";
const NEEDS_SERVICE =
  "'imagesConfig' has no effect without imageService: true, as on Vercel; set 'image' in the Astro config";

export interface ReadImageOptions {
  readonly images: ImageOptions;
  readonly warnings: readonly string[];
}

/** Reads the options about images from the fields of the adapter's options. */
export function readImageOptions(given: Given, fields: Readonly<Record<string, unknown>>): ReadImageOptions {
  const isForced = optional(trueOrFalse)(memberOf(given, fields, 'imageService')) ?? false;
  const devService = optional(text)(memberOf(given, fields, 'devImageService')) ?? 'sharp';
  const config = optional(imagesConfig)(memberOf(given, fields, 'imagesConfig'));
  const used = isForced && config !== undefined ? config : NOTHING_CONFIGURED;
  return {
    images: { ...used, isForced, devService: devService === 'sharp' ? SHARP_SERVICE : devService },
    warnings: config !== undefined && !isForced ? [NEEDS_SERVICE] : [],
  };
}

type ReadConfig = Omit<ImageOptions, 'isForced' | 'devService'>;

const NOTHING_CONFIGURED: ReadConfig = {
  widths: [],
  domains: [],
  remotePatterns: [],
  minimumTtlSeconds: DEFAULT_MINIMUM_TTL_SECONDS,
  contentSecurityPolicy: DEFAULT_SECURITY_POLICY,
};

const imagesConfig: Check<ReadConfig> = (given) => {
  const fields = fieldsOf(given);
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, CONFIG_NAMES, 'a setting that means the same here');
  const read = <T>(name: string, check: Check<T>): T | undefined => optional(check)(memberOf(given, fields, name));
  read('formats', webpAlone);
  read('dangerouslyAllowSVG', allowed);
  return {
    widths: read('sizes', listOf(integerBetween(1, 8192))) ?? [],
    domains: read('domains', listOf(text)) ?? [],
    remotePatterns: read('remotePatterns', listOf(remotePattern)) ?? [],
    minimumTtlSeconds: read('minimumCacheTTL', integerBetween(0, ONE_YEAR_SECONDS)) ?? DEFAULT_MINIMUM_TTL_SECONDS,
    contentSecurityPolicy: read('contentSecurityPolicy', text) ?? DEFAULT_SECURITY_POLICY,
  };
};

const webpAlone: Check<true> = (given) => {
  const { value } = given;
  if (Array.isArray(value) && value.length === 1 && value[0] === 'image/webp') return true;
  return given.mustBe(
    "['image/webp'] or nothing",
    "no format is chosen by the header Accept; offer several with <Picture formats={['avif', 'webp']}>",
  );
};

const allowed: Check<true> = (given) =>
  given.value === true
    ? true
    : given.mustBe('true or nothing', 'SVGs are sent as they are, with contentSecurityPolicy');

const remotePattern: Check<RemotePattern> = (given) => {
  const fields = fieldsOf(given);
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, ['protocol', 'hostname', 'port', 'pathname'], 'a part of a pattern');
  // Vercel reads both as regular expressions: https://vercel.com/docs/build-output-api/v3/configuration#images
  for (const name of ['hostname', 'pathname']) optional(astroPattern)(memberOf(given, fields, name));
  return fields as unknown as RemotePattern;
};

const astroPattern: Check<string> = (given) =>
  typeof given.value === 'string' && !/[\\^$()[\]{}|+?]|\.\*/.test(given.value)
    ? given.value
    : given.mustBe("a pattern in Astro's syntax", ASTRO_SYNTAX);
