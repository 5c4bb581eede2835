import { createHash } from 'node:crypto';
import { type Check, type Fields, listOf, memberOf, optional, text } from '../basics/checks.ts';
import type { Faults, Given } from '../basics/faults.ts';
import { pageKeyOfName } from '../core/page/page-name.ts';
import type { Manifest } from './manifest.ts';

/** How a site is cached. Builds of every framework have these options. */
export interface IsrOptions {
  /**
   * Seconds that a page stays fresh when it does not say so itself; `false`: until it is revalidated.
   *
   * @default false
   */
  readonly expiration?: number | false;
  /**
   * A secret of at least 32 characters that allows a revalidation. Two while it is being changed. The build holds only
   * its SHA-256 hash.
   *
   * @default - no token: nobody can revalidate but webhooks and the site itself
   */
  readonly bypassToken?: string | readonly string[];
  /**
   * Query parameters that make a page of their own; all others are dropped.
   *
   * @default []
   */
  readonly allowQuery?: readonly string[];
  /**
   * URL paths of pages that a deployment renders before it is served: `['/', '/blog', '/search?page=2']`; or `'sitemap'`,
   * for those of `/sitemap-index.xml` or `/sitemap.xml`. They come before those that the deployment before has stored, which are rendered as well.
   *
   * @default []
   */
  readonly warm?: readonly string[] | 'sitemap';
}

const MIN_TOKEN_LENGTH = 32;
const TOKEN_REMEDY = 'make one with `openssl rand -hex 24`';
export const ISR_OPTION_NAMES: readonly string[] = [
  'expiration',
  'bypassToken',
  'allowQuery',
  'warm',
] satisfies readonly (keyof IsrOptions)[];

/** The options of a build that stores no pages. */
export const NOTHING_STORED: Manifest['isr'] = { expiration: false, allowQuery: [], tokenHashes: [] };

/** Reads these options. Other members are for the caller. */
export function readIsrOptions(given: Given, fields: Fields): Manifest['isr'] {
  const allowQuery = optional(listOf(text, 'a list of parameter names', "write it as ['page', 'sort']"));
  const warm = optional(warmed)(memberOf(given, fields, 'warm'));
  return {
    ...(warm === undefined ? {} : { warm }),
    expiration: optional(expiration)(memberOf(given, fields, 'expiration')) ?? false,
    allowQuery: [...new Set(allowQuery(memberOf(given, fields, 'allowQuery')))].sort(),
    tokenHashes: tokensIn(memberOf(given, fields, 'bypassToken').secret).map(hashToken),
  };
}

/** INVALID_TOKEN if all faults are about tokens. */
export function optionsErrorCode({ found }: Faults): 'INVALID_TOKEN' | 'INVALID_OPTION' {
  return found.every(({ place }) => place.includes('bypassToken')) ? 'INVALID_TOKEN' : 'INVALID_OPTION';
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export const expiration: Check<number | false> = (given) => {
  const { value } = given;
  if (value === false || (typeof value === 'number' && Number.isInteger(value) && value > 0)) return value;
  return given.mustBe('a whole number of seconds above 0, or false', 'false keeps a page until it is revalidated');
};

const warmPath: Check<string> = (given) => {
  const { value } = given;
  const isPage = typeof value === 'string' && 'pageKey' in pageKeyOfName(value.split('?')[0] ?? '');
  return isPage ? value : given.mustBe("the path of a page, such as '/blog'");
};

const warmed: Check<readonly string[] | 'sitemap'> = (given) =>
  given.value === 'sitemap'
    ? given.value
    : listOf(warmPath, "a list of paths, or 'sitemap'", "write it as ['/', '/blog']")(given);

function tokensIn(given: Given): readonly string[] {
  const { value } = given;
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [token(given) ?? []].flat();
  if (value.length > 2) {
    given.mustBe(
      `one token, or two while one is replaced by the other, not ${value.length}`,
      'remove those that nobody sends any more',
    );
  }
  return listOf(token)(given) ?? [];
}

// No message may quote the value, because many people read build logs.
const token: Check<string> = (given) => {
  const { value } = given.secret;
  if (typeof value !== 'string') return given.mustBe(`a string, not a ${typeof value}`, TOKEN_REMEDY);
  if (value.length < MIN_TOKEN_LENGTH) {
    return given.mustBe(`a secret of at least ${MIN_TOKEN_LENGTH} characters, not of ${value.length}`, TOKEN_REMEDY);
  }
  if (!/^[\x21-\x7e]+$/.test(value)) {
    return given.mustBe('visible ASCII, since it travels in a header', TOKEN_REMEDY);
  }
  return value;
};
