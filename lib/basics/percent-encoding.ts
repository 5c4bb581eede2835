// Bundled into the CloudFront function too: see page-key.ts for what its language lacks.

/** `undefined` when the text is not valid percent-encoding. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (_) {
    return undefined;
  }
}

/** Leaves only the unreserved characters of RFC 3986 as they are, as S3 wants keys. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The path of a file, whose name may have what would end the path. `undefined` when the text is not well-formed. */
export function encodeFilePath(text: string): string | undefined {
  const path = encodePath(text);
  return path === undefined ? undefined : path.replace(/\?/g, '%3F').replace(/#/g, '%23');
}

/** Leaves what a browser leaves as it is in a path, such as commas. `undefined` when the text is not well-formed. */
export function encodePath(text: string): string | undefined {
  try {
    return encodeURI(text);
  } catch (_) {
    return undefined;
  }
}
