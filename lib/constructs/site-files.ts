import { join, posix } from 'node:path';
import { IsrError } from '../basics/errors.ts';
import { type ContentTypes, contentTypeOf, UNKNOWN_TYPE, withCharset } from '../build/content-type.ts';
import type { PrerenderedPage } from '../build/manifest.ts';
import type { Build } from '../build/read-build.ts';
import { isNotFoundPage } from '../build/route-pattern.ts';
import type { PrerenderedFacts } from '../core/page/page.ts';
import type { PageKey, UrlStyle } from '../core/page/page-key.ts';
import { encodeUrlPath, pageKeysOf } from './file-urls.ts';

/** A file of the build, and its key below `deployments/<id>/` or `assets/`. */
export interface PlacedFile {
  readonly source: string;
  readonly key: string;
  readonly contentType: string;
}

export interface SiteFiles {
  /** Prerendered pages and the files of `public/`, under their page keys. */
  readonly pages: readonly PlacedFile[];
  /** Pages whose last segment looks like a file, once more, for their URL without a slash. */
  readonly twins: readonly PlacedFile[];
  /** Files with a hash in their name, under their URL paths. They outlive the deployment. */
  readonly assets: readonly PlacedFile[];
  /** Statuses and headers of prerendered pages. S3 has only their content types. */
  readonly exceptions: Readonly<Record<PageKey, PrerenderedFacts>>;
  /** URL paths, percent-encoded, of `pages`. */
  readonly pagePaths: readonly string[];
  /** Keys of the given content types that are for no file of the build. */
  readonly unusedTypes: readonly string[];
}

/** A file of the client's folder. */
interface ClientFile {
  readonly file: string;
  /** The URL path, decoded and with the base. */
  readonly path: string;
  readonly contentType: string;
  /** All others, by lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @param contentTypes by path or extension, as the user wants them
 * @throws IsrError BUILD_MALFORMED for a path that cannot be a page key
 */
export function placeSiteFiles(build: Build, contentTypes: ContentTypes): SiteFiles {
  const { prerendered, files, base, assetsFolder, trailingSlash, hasHtmlEndings = false } = build.manifest;
  const style: UrlStyle = { trailingSlash, hasHtmlEndings };
  const isAsset = ({ file }: ClientFile): boolean => file.startsWith(`${assetsFolder}/`);
  const others = files.map((file): ClientFile => {
    const whole = posix.join(base, file);
    const path = !file.startsWith(`${assetsFolder}/`) ? whole.replace(/\/index\.html$/, '') || '/' : whole;
    return { file, path, contentType: contentTypeOf(whole, contentTypes), headers: {} };
  });
  const assets = others.filter(isAsset);
  const pages = [
    ...prerendered.map((page) => prerenderedFile(page, contentTypes)),
    ...others.filter((file) => !isAsset(file)),
  ].map((page) => ({ ...page, keys: pageKeysOf(page, style) }));
  refuseSharedKeys(pages);
  const placed = (each: ClientFile, key: string): PlacedFile => ({
    source: join(build.clientDirectory, each.file),
    key: key.slice(1),
    contentType: each.contentType,
  });
  return {
    pages: pages.map((page) => placed(page, page.keys[0])),
    twins: pages.flatMap(({ keys: [, ...more], ...page }) => more.map((key) => placed(page, key))),
    assets: assets.map((asset) => placed(asset, asset.path)),
    exceptions: Object.fromEntries(pages.flatMap(exceptionsOf)),
    pagePaths: pages.map(({ path }) => encodeUrlPath(path)),
    unusedTypes: Object.keys(contentTypes).filter((name) => ![...assets, ...pages].some((each) => isFor(name, each))),
  };
}

/** A file that came after the build may be where a page is already. Which of them viewers got would be by chance. */
function refuseSharedKeys(pages: readonly { readonly file: string; readonly keys: readonly PageKey[] }[]): void {
  const owners = new Map<PageKey, string>();
  for (const { file, keys } of pages) {
    for (const key of keys) {
      const owner = owners.get(key);
      if (owner !== undefined && owner !== file) {
        throw new IsrError(
          'BUILD_MALFORMED',
          `'client/${owner}' and 'client/${file}' of the build are for the same URL; remove or rename one of them`,
        );
      }
      owners.set(key, file);
    }
  }
}

/** What `new Response('text')` says by itself, whatever the text is: https://fetch.spec.whatwg.org/#dom-response */
const TYPE_OF_TEXT = 'text/plain;charset=UTF-8';

function prerenderedFile({ file, path, headers }: PrerenderedPage, contentTypes: ContentTypes): ClientFile {
  const { 'content-type': said, ...others } = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const isGiven = Object.hasOwn(contentTypes, path);
  const byName = contentTypeOf(isGiven ? path : file, contentTypes);
  const isSaid = said !== undefined && (said !== TYPE_OF_TEXT || byName === UNKNOWN_TYPE);
  const contentType = isSaid && !isGiven ? said : byName;
  return { file, path, contentType: withCharset(contentType), headers: others };
}

/** Whether a key of `contentTypes` is for this file. */
function isFor(name: string, { path, file }: ClientFile): boolean {
  return name.startsWith('.') ? posix.extname(file).toLowerCase() === name : path === name;
}

function exceptionsOf({
  keys,
  file,
  headers,
}: ClientFile & { readonly keys: readonly PageKey[] }): [PageKey, PrerenderedFacts][] {
  const isPlain = Object.keys(headers).length === 0;
  const facts: PrerenderedFacts = {
    ...(isPlain ? {} : { headers }),
    ...(isNotFoundPage(file) ? { status: 404 } : {}),
  };
  return Object.keys(facts).length === 0 ? [] : keys.map((key) => [key, facts]);
}
