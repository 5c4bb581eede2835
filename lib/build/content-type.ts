import { posix } from 'node:path';
import { ownValue } from '../basics/own-value.ts';
import { typeByExtension } from '../vendor/mrmime.ts';

/** By URL path, `/.well-known/assetlinks`, or by extension, `.glb`. */
export type ContentTypes = Readonly<Record<string, string>>;

export const UNKNOWN_TYPE = 'application/octet-stream';

/** Extensions that sites have and mrmime lacks, or has another type for. */
const MORE_EXTENSIONS: ContentTypes = {
  '.ico': 'image/vnd.microsoft.icon',
  '.m3u8': 'application/vnd.apple.mpegurl',
  // Both are right (RFC 7303). This one is what servers send that know types by mime-db.
  '.xml': 'application/xml',
};

/** https://developer.apple.com/documentation/xcode/supporting-associated-domains: JSON without an extension. */
const KNOWN_NAMES: ContentTypes = { 'apple-app-site-association': 'application/json' };

/** The content type of a file at a URL path; `given` comes first. */
export function contentTypeOf(path: string, given: ContentTypes = {}): string {
  const name = posix.basename(path);
  const extension = posix.extname(name).toLowerCase();
  const type =
    ownValue(given, path) ??
    ownValue(given, extension) ??
    ownValue(KNOWN_NAMES, name) ??
    ownValue(MORE_EXTENSIONS, extension) ??
    typeOf(extension) ??
    UNKNOWN_TYPE;
  return withCharset(type);
}

/**
 * Builds are written in UTF-8. Without a word about it, a browser guesses how text is encoded. XML says it itself, and a
 * charset here would win over that (RFC 7303, section 3.2).
 */
export function withCharset(contentType: string): string {
  return /^text\/(?!xml)/i.test(contentType) && !/;\s*charset=/i.test(contentType)
    ? `${contentType}; charset=utf-8`
    : contentType;
}

/** mrmime looks into a plain object, which has a `constructor` too. */
function typeOf(extension: string): string | undefined {
  const type: unknown = typeByExtension(extension);
  return typeof type === 'string' ? type : undefined;
}
