import { join, posix } from 'node:path';
import { IsrError } from '../basics/errors.ts';
import type { Build } from '../build/read-build.ts';
import { isNotFoundPage } from '../build/route-pattern.ts';
import type { PrerenderedFacts } from '../core/page/page.ts';
import { type PageKey, pageKeyOf } from '../core/page/page-key.ts';
import { contentTypeOf } from './content-types.ts';

/** A file of the build and where it goes, relative to `deployments/<id>/` or to `assets/`. */
export interface PlacedFile {
  readonly source: string;
  readonly key: string;
}

export interface SiteFiles {
  /** Prerendered pages and the files of `public/`, under their page keys. */
  readonly pages: readonly PlacedFile[];
  /** Content-hashed files, under their URL paths: they outlive the deployment. */
  readonly assets: readonly PlacedFile[];
  /** What S3 does not know of prerendered pages and public files: it has no more than a content type, by the key's extension. */
  readonly exceptions: Readonly<Record<PageKey, PrerenderedFacts>>;
  /** URL paths, percent-encoded, of `pages`. */
  readonly pagePaths: readonly string[];
}

type Headers = Readonly<Record<string, string>>;

/** @throws IsrError BUILD_MALFORMED for a path that cannot be a page key */
export function placeSiteFiles(build: Build): SiteFiles {
  const { prerendered, files, base, assetsFolder } = build.manifest;
  const isAsset = (file: string) => file.startsWith(`${assetsFolder}/`);
  const publicPages = files
    .filter((file) => !isAsset(file))
    .map((file) => ({ path: posix.join(base, file), file, headers: { 'content-type': contentTypeOf(file).value } }));
  const pages = [...prerendered, ...publicPages].map((page) => ({ ...page, key: keyOf(page.path, page.file) }));
  return {
    pages: pages.map(({ file, key }) => ({ source: join(build.clientDirectory, file), key: key.slice(1) })),
    assets: files.filter(isAsset).map((file) => ({
      source: join(build.clientDirectory, file),
      key: posix.join(base, file).slice(1),
    })),
    exceptions: Object.fromEntries(pages.flatMap(({ key, file, headers }) => exceptionOf(key, file, headers))),
    pagePaths: pages.map(({ path }) => encodePath(path)),
  };
}

function keyOf(path: string, file: string): PageKey {
  const result = pageKeyOf(encodePath(path));
  if ('pageKey' in result) return result.pageKey;
  throw new IsrError(
    'BUILD_MALFORMED',
    `'client/${file}' of the build cannot be served at '${path}' (${result.fault}); rename it and build the site again`,
  );
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function exceptionOf(key: PageKey, file: string, headers: Headers): [PageKey, PrerenderedFacts][] {
  if (isNotFoundPage(file)) return [[key, { headers, status: 404 }]];
  return isImplied(key, headers) ? [] : [[key, { headers }]];
}

/** Whether S3 answers with these headers anyway. */
function isImplied(key: PageKey, headers: Headers): boolean {
  const stored = withoutCharset(contentTypeOf(key).value);
  return Object.entries(headers).every(
    ([name, value]) => name.toLowerCase() === 'content-type' && withoutCharset(value) === stored,
  );
}

function withoutCharset(contentType: string): string {
  return contentType.toLowerCase().replace(/;\s*charset="?utf-8"?\s*$/, '');
}
