import { IsrError } from '../basics/errors.ts';
import { encodeFilePath } from '../basics/percent-encoding.ts';
import type { PageKey, UrlStyle } from '../core/page/page-key.ts';
import { pageKeyOfName } from '../core/page/page-name.ts';
import { isFilePath, isInternalPath } from '../core/page/url-path.ts';

/** A file of the client's folder. `path` is its URL path: decoded, and without what `file` ends in as a page. */
export interface ServedFile {
  readonly file: string;
  readonly path: string;
}

const FOLDER_INDEX = /(?:^|\/)index\.html$/;

/**
 * The keys under which a file is served. The first is that of its canonical URL; pages have another one if their path
 * looks like that of a file, since such a path with a slash and without is not one page.
 *
 * @throws IsrError BUILD_MALFORMED for a path that cannot be a page key
 */
export function pageKeysOf({ file, path }: ServedFile, style: UrlStyle): readonly [PageKey, ...PageKey[]] {
  const [first, ...more] = urlPathsOf({ file, path }, style);
  return [keyOf(first, file, style), ...more.map((each) => keyOf(each, file, style))];
}

/** As a browser asks for it. */
export function encodeUrlPath(path: string): string {
  return encodeFilePath(path.toWellFormed()) ?? '';
}

function urlPathsOf({ file, path }: ServedFile, style: UrlStyle): readonly [string, ...string[]] {
  const { trailingSlash, hasHtmlEndings } = style;
  if (path === '/') return ['/'];
  if (FOLDER_INDEX.test(file)) {
    if (!isFilePath(path)) return [trailingSlash === 'never' ? path : `${path}/`];
    if (trailingSlash === 'always') return [`${path}/`];
    return trailingSlash === 'never' ? [path, `${path}/`] : [`${path}/`, path];
  }
  if (hasHtmlEndings && file.endsWith(`${path.slice(path.lastIndexOf('/') + 1)}.html`)) return [`${path}.html`];
  const needsSlash = trailingSlash === 'always' && !isFilePath(path) && !isInternalPath(path);
  return [needsSlash ? `${path}/` : path];
}

function keyOf(path: string, file: string, style: UrlStyle): PageKey {
  const result = pageKeyOfName(encodeUrlPath(path), [], style);
  if ('pageKey' in result) return result.pageKey;
  throw new IsrError(
    'BUILD_MALFORMED',
    `'client/${file}' of the build cannot be served at '${path}' (${result.fault}); rename it and build the site again`,
  );
}
