import { createHash } from 'node:crypto';
import { IsrError } from '../basics/errors.ts';
import type { Manifest } from './manifest.ts';

/** How a site is cached: the part of the options that every framework's build has. */
export interface IsrOptions {
  /**
   * Seconds that a page stays fresh when it does not say so itself; `false`: until it is revalidated.
   *
   * @default false
   */
  readonly expiration?: number | false;
  /**
   * Secret of at least 32 characters that allows a revalidation; two while one is replaced by the other.
   * The build holds only its SHA-256 hash.
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
}

const MIN_TOKEN_LENGTH = 32;
const MAX_TOKENS = 2;

/** Checks the options of a build; `place` is how the user finds them: `isr` of an adapter, or a function's argument. */
export function resolveIsrOptions(options: IsrOptions, place: string): Manifest['isr'] {
  return {
    expiration: checkExpiration(options.expiration, place),
    allowQuery: checkAllowQuery(options.allowQuery, place),
    tokenHashes: tokensOf(options.bypassToken, place).map(hashToken),
  };
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The value as a person would write it, short enough for a sentence. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function checkExpiration(expiration: unknown, place: string): number | false {
  if (expiration === undefined || expiration === false) return false;
  if (typeof expiration === 'number' && Number.isInteger(expiration) && expiration > 0) return expiration;
  throw new IsrError(
    'INVALID_OPTION',
    `'expiration' must be a whole number of seconds above 0, or false, got ${show(expiration)} (at ${place}); ` +
      'false keeps a page until it is revalidated',
  );
}

function checkAllowQuery(names: unknown, place: string): readonly string[] {
  if (names === undefined) return [];
  if (Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '')) {
    return [...new Set<string>(names)].sort();
  }
  throw new IsrError(
    'INVALID_OPTION',
    `'allowQuery' must be a list of parameter names, got ${show(names)} (at ${place}); write it as ['page', 'sort']`,
  );
}

function tokensOf(bypassToken: unknown, place: string): readonly string[] {
  if (bypassToken === undefined) return [];
  const tokens: readonly unknown[] = Array.isArray(bypassToken) ? bypassToken : [bypassToken];
  if (tokens.length > MAX_TOKENS) {
    throw new IsrError(
      'INVALID_TOKEN',
      `'bypassToken' may list two tokens while one is replaced by the other, got ${tokens.length} (at ${place}); ` +
        'remove those that nobody sends any more',
    );
  }
  return tokens.map((token) => checkToken(token, place));
}

// No message here may quote the value: build logs are read by many.
function checkToken(token: unknown, place: string): string {
  const remedy = 'make one with `openssl rand -hex 24`';
  if (typeof token !== 'string') {
    throw new IsrError('INVALID_TOKEN', `'bypassToken' must be a string, got ${typeof token} (at ${place}); ${remedy}`);
  }
  if (token.length < MIN_TOKEN_LENGTH) {
    throw new IsrError(
      'INVALID_TOKEN',
      `'bypassToken' must have at least ${MIN_TOKEN_LENGTH} characters, got ${token.length} (at ${place}); ${remedy}`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new IsrError(
      'INVALID_TOKEN',
      `'bypassToken' must be visible ASCII, since it travels in a header (at ${place}); ${remedy}`,
    );
  }
  return token;
}
