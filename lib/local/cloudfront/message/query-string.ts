/** One parameter as it stands in the URL; `value` is undefined for a bare name without `=`. */
export interface RawParameter {
  readonly name: string;
  readonly value: string | undefined;
}

/** Splits without decoding: CloudFront compares and forwards parameters as the viewer wrote them. */
export function parseQuery(query: string): readonly RawParameter[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? { name: part, value: undefined }
        : { name: part.slice(0, equals), value: part.slice(equals + 1) };
    });
}

export function formatQuery(parameters: readonly RawParameter[]): string {
  return parameters.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join('&');
}

export interface RawCookie {
  readonly name: string;
  readonly value: string;
}

export function parseCookies(header: string | undefined): readonly RawCookie[] {
  return (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? { name: part, value: '' } : { name: part.slice(0, equals), value: part.slice(equals + 1) };
    });
}

export function formatCookies(cookies: readonly RawCookie[]): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}
