import { percentDecode } from '../basics/percent-encoding.ts';
import type { Manifest } from '../build/manifest.ts';
import { compileRoutePattern, fillRoutePattern, isDynamicPattern } from '../build/route-pattern.ts';

export type Redirect = Manifest['redirects'][number];

export interface FoundRedirect {
  readonly location: string;
  readonly status: number;
  /** A route of the site with a higher priority may cover the same path. */
  readonly isDynamic: boolean;
}

// The method must survive for anything but a page view; 301 and 302 let a browser turn POST into GET (RFC 9110, 15.4).
const METHOD_KEEPING: Readonly<Record<number, number>> = { 301: 308, 302: 307 };

/** Finds the first redirect that covers a path; patterns are compiled once. */
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
  // What the configuration wrote may be encoded already; `%` must not be encoded twice.
  const filled = fillRoutePattern(to, Object.fromEntries(encoded));
  const location = encodeURI(filled).replaceAll('%25', '%');
  // `/[...path]` -> `/[...path]` with an empty first segment would be another host.
  return to.startsWith('//') ? location : location.replace(/^\/{2,}/, '/');
}
