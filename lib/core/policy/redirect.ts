const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * What is wrong with a response that sends viewers elsewhere; `undefined` when nothing is, or when it does not. Browsers
 * show nothing for a redirect that says not where to.
 */
export function redirectFault(status: number, location: string | null | undefined): string | undefined {
  if (!REDIRECTS.has(status)) return undefined;
  if (location === null || location === undefined || location === '') {
    return `the site answered ${status} without a Location`;
  }
  // Most are paths, which are relative to the page.
  return URL.canParse(location, 'https://any.example') ? undefined : `the site answered ${status} to '${location}'`;
}
