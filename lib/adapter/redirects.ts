import { percentDecode } from '../basics/percent-encoding.ts';
import type { Manifest } from '../build/manifest.ts';
import { compileRoutePattern, fillRoutePattern, isDynamicPattern } from '../build/route-pattern.ts';

export type Redirect = Manifest['redirects'][number];

export interface FoundRedirect {
  readonly location: string;
  readonly status: number;
  /** Then a route of the site may cover the same path and come first. */
  readonly isDynamic: boolean;
}

// After 301 and 302, a browser may turn POST into GET (RFC 9110, 15.4). After these it may not.
const METHOD_KEEPING: Readonly<Record<number, number>> = { 301: 308, 302: 307 };

/** Compiles the patterns once. The function finds the first redirect that covers a path. */
export function createRedirectFinder(redirects: readonly Redirect[]) {
  const compiled = redirects.map((redirect) => ({ ...redirect, matcher: compileRoutePattern(redirect.from) }));
  return (pathname: string, method: string): FoundRedirect | undefined => {
    const path = percentDecode(pathname) ?? pathname;
    for (const { from, to, status, matcher } of compiled) {
      const parameters = matcher.match(path);
      if (parameters === undefined) continue;
      const keepsMethod = method === 'GET' || method === 'HEAD';
      return {
        location: locationOf(to, parameters),
        status: keepsMethod ? status : (METHOD_KEEPING[status] ?? status),
        isDynamic: isDynamicPattern(from),
      };
    }
    return undefined;
  };
}

function locationOf(to: string, parameters: Readonly<Record<string, string>>): string {
  const encoded = Object.entries(parameters).map(([name, value]) => [
    name,
    value.split('/').map(encodeURIComponent).join('/'),
  ]);
  // The configuration may be percent-encoded already, and `%` must not be encoded again.
  const filled = fillRoutePattern(to, Object.fromEntries(encoded));
  const location = encodeURI(filled).replaceAll('%25', '%');
  // With an empty first segment, `/[...path]` would become `//x`, which is another host.
  return to.startsWith('//') ? location : location.replace(/^\/{2,}/, '/');
}
