import { type Check, type Fields, integerBetween, listOf, memberOf, optional, text } from '../basics/checks.ts';
import type { Given } from '../basics/faults.ts';
import type { Inclusion } from './included-files.ts';

/** Options of @astrojs/vercel that are neither about storing pages nor about images. docs/from-vercel.md tells of each. */
export interface VercelOptions {
  /** Seconds that a live route or a page may take. @default - `liveTimeout` and `renderTimeout` of the construct */
  readonly maxDuration?: number;
  /** Prerendered pages have their headers, those of a Content-Security-Policy too. */
  readonly staticHeaders?: true;
  /** Middleware runs where pages are rendered. */
  readonly middlewareMode?: 'classic';
  readonly edgeMiddleware?: false;
  readonly skewProtection?: false;
  readonly webAnalytics?: { readonly enabled?: false };
  /**
   * Files and folders that the server reads at run time, relative to the root of the project. Code finds each by the same
   * path from the working directory: `readFile('data/terms.md')`.
   *
   * @default []
   */
  readonly includeFiles?: readonly string[];
  /** Files and folders that `includeFiles` does not take with the folders around them. @default [] */
  readonly excludeFiles?: readonly string[];
}

/** Those whose values are used. */
const READ = ['maxDuration', 'includeFiles', 'excludeFiles'] as const;

const BY_EXCLUDE =
  'middleware runs when a page is rendered; list in isr.exclude the routes for whose requests it has to run each time';

/** What an option may be here, and what to do for the rest of what it may be on Vercel. */
interface Accepted {
  readonly accepts: (value: unknown) => boolean;
  readonly mustBe: string;
  readonly remedy: string;
}

const ACCEPTED: Readonly<Record<Exclude<keyof VercelOptions, (typeof READ)[number]>, Accepted>> = {
  edgeMiddleware: { accepts: (value) => value === false, mustBe: 'false or nothing', remedy: BY_EXCLUDE },
  middlewareMode: { accepts: (value) => value === 'classic', mustBe: "'classic' or nothing", remedy: BY_EXCLUDE },
  skewProtection: {
    accepts: (value) => value === false,
    mustBe: 'false or nothing',
    remedy:
      'an old page finds its hashed files after a deployment, but its actions and server islands are answered by the new one; set ASTRO_KEY so that islands understand it',
  },
  staticHeaders: {
    accepts: (value) => value === true,
    mustBe: 'true or nothing',
    remedy: 'prerendered pages always keep their headers',
  },
  webAnalytics: {
    accepts: (value) => typeof value === 'object' && value !== null && !Reflect.get(value, 'enabled'),
    mustBe: '{ enabled: false } or nothing',
    remedy: "Vercel's script has nobody to report to; add the script of another analytics service to a layout",
  },
};

export const VERCEL_OPTION_NAMES: readonly string[] = [...READ, ...Object.keys(ACCEPTED)];

/** CloudFront waits no longer for an origin. */
const MAX_SECONDS = 120;

/** Notes each option that would mean something else here, with what to do instead; returns the others. */
export function readVercelOptions(
  given: Given,
  fields: Fields,
): { readonly maxDurationSeconds: number | undefined; readonly inclusion: Inclusion } {
  for (const [name, { accepts, mustBe, remedy }] of Object.entries(ACCEPTED)) {
    const option = memberOf(given, fields, name);
    if (option.value !== undefined && !accepts(option.value)) option.mustBe(mustBe, remedy);
  }
  return {
    maxDurationSeconds: optional(seconds)(memberOf(given, fields, 'maxDuration')),
    inclusion: {
      includeFiles: optional(paths)(memberOf(given, fields, 'includeFiles')) ?? [],
      excludeFiles: optional(paths)(memberOf(given, fields, 'excludeFiles')) ?? [],
    },
  };
}

const paths = listOf(text, 'a list of paths', "write it as ['data/terms.md']");

const seconds: Check<number> = (given) => {
  const { value } = given;
  if (typeof value === 'number' && value > MAX_SECONDS) {
    return given.mustBe(
      `at most ${MAX_SECONDS} seconds`,
      'CloudFront waits no longer; do what takes more time in a function of its own',
    );
  }
  return integerBetween(1, MAX_SECONDS)(given);
};
