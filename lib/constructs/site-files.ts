import { join, posix } from 'node:path';
import type { Build } from '../build/read-build.ts';
import { IsrError } from '../core/errors.ts';
import { type PageKey, pageKeyOf } from '../core/page-key.ts';
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
  /** Headers of prerendered pages and public files where S3's content type alone does not say them. */
  readonly headers: Readonly<Record<PageKey, Readonly<Record<string, string>>>>;
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
    headers: Object.fromEntries(
      pages
        .map(({ key, headers }) => [key, exceptionalHeaders(key, headers)] as const)
        .filter(([, headers]) => headers !== undefined),
    ) as Record<PageKey, Headers>,
  };
}

function keyOf(path: string, file: string): PageKey {
  const result = pageKeyOf(path.split('/').map(encodeURIComponent).join('/'));
  if ('key' in result) return result.key;
  throw new IsrError(
    'BUILD_MALFORMED',
    `'client/${file}' of the build cannot be served at '${path}' (${result.fault}); rename it and build the site again`,
  );
}

/** The headers, or undefined when S3 answers with the same ones. */
function exceptionalHeaders(key: PageKey, headers: Headers): Headers | undefined {
  const stored = contentTypeOf(key).value;
  const isImplied = Object.entries(headers).every(
    ([name, value]) => name.toLowerCase() === 'content-type' && withoutCharset(value) === withoutCharset(stored),
  );
  return isImplied ? undefined : headers;
}

function withoutCharset(contentType: string): string {
  return contentType.toLowerCase().replace(/;\s*charset="?utf-8"?\s*$/, '');
}
