import { ONE_YEAR_SECONDS } from './freshness.ts';

export interface CacheDirectives {
  readonly names: ReadonlySet<string>;
  /** Seconds of a directive such as `max-age=60`; `undefined` when absent or not a whole number of seconds. */
  seconds(name: string): number | undefined;
}

// RFC 9110 section 5.6: a token, then optionally `=` and a token or a quoted string.
const DIRECTIVE = /([!#$%&'*+\-.^_`|~\w]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

/**
 * Parses the value of `Cache-Control` or of a targeted field (RFC 9213). Of a repeated directive the first one counts
 * (RFC 9111, section 4.2.1). Seconds beyond a year are a year, as HTTP/1.1 caches treat them.
 */
export function parseCacheDirectives(value: string | null): CacheDirectives {
  const found = new Map<string, string>();
  for (const directive of cacheDirectivesOf(value ?? '')) {
    if (!found.has(directive.name)) found.set(directive.name, directive.value);
  }
  return {
    names: new Set(found.keys()),
    seconds(name) {
      const text = found.get(name);
      return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), ONE_YEAR_SECONDS) : undefined;
    },
  };
}

/** All of them in order. `name` in lower case, `value` without quotes, `text` as it is written. */
export function cacheDirectivesOf(
  value: string,
): readonly { readonly name: string; readonly value: string; readonly text: string }[] {
  return [...value.matchAll(DIRECTIVE)].map(([text, name = '', quoted, plain]) => ({
    name: name.toLowerCase(),
    value: quoted ?? plain ?? '',
    text,
  }));
}
