import type { TrailingSlash } from '../core/site.ts';
import type { OutputFolder } from './client-files.ts';

/** Goes up when an older reader would misread the build. */
export const CONTRACT_VERSION = 1;

export type { TrailingSlash };

/**
 * `.isr/manifest.json`: the contract between a framework's build and the stack that runs it. Beside it stand
 * `server/index.mjs` (one ESM file that exports `fetch(request, context)`, see core/site.ts) and `client/` (files).
 */
export interface Manifest {
  readonly version: typeof CONTRACT_VERSION;
  /** 16 hex digits: a hash of everything else in the build. So equal builds are one deployment. */
  readonly deploymentId: string;
  /** SHA-256 (hex) of the files beside the manifest, as they were built. What has another one is another deployment. */
  readonly contentHash?: string;
  /** Where the framework put its files, which a later step may take for what is deployed. */
  readonly output?: OutputFolder;
  readonly framework: { readonly name: string; readonly version: string };
  /** The canonical origin, `https://example.com`, when the site's configuration names one. */
  readonly site: string | null;
  /** The path where the site begins: `/` or `/docs`. It is not in the paths of files in `client/`. */
  readonly base: string;
  readonly trailingSlash: TrailingSlash;
  /** Pages have URLs that end in `.html`, as files do: `/about.html` is `/about`. Absent: they have not. */
  readonly hasHtmlEndings?: boolean;
  /** The folder in `client/` for files with a hash in their name, such as `_astro`. They outlive deployments. */
  readonly assetsFolder: string;
  /** `false`: each path that is no file is rendered for each request, and `live` has the routes that are known. */
  readonly storesPages: boolean;
  readonly isr: {
    /** Seconds a page stays fresh when it does not say so itself; `false`: until it is revalidated. */
    readonly expiration: number | false;
    /** Query parameters that are part of a page's key; all others are dropped at the edge. */
    readonly allowQuery: readonly string[];
    /** SHA-256 (hex) of each token that allows a revalidation: none, one, or two during a rotation. */
    readonly tokenHashes: readonly string[];
    /** URL paths, with `base` and maybe a query, of pages that a deployment renders before it is served; or those of its sitemap. */
    readonly warm?: readonly string[] | 'sitemap' | undefined;
  };
  /** Seconds that a live route or a page may take, where the construct does not say it. */
  readonly maxDurationSeconds?: number | undefined;
  /** The site keeps sessions in the stack's bucket, each for so long after it was last written. Absent: it does not. */
  readonly sessions?: { readonly retentionSeconds: number };
  /** Patterns of live routes in Astro's syntax, with `base`: `/api/revalidate`, `/docs/[id]/edit`, `/_actions/[...path]`. */
  readonly live: readonly string[];
  /** Redirects of the site's configuration, with `base`; the server bundle answers them itself. */
  readonly redirects: readonly { readonly from: string; readonly to: string; readonly status: number }[];
  /** Pages rendered at build time. `path` is decoded and has `base`; `file` is relative to `client/`. */
  readonly prerendered: readonly PrerenderedPage[];
  /** Every other file in `client/`, relative to it, with `/` as separator: hashed assets and `public/`. */
  readonly files: readonly string[];
  /** How images are made on demand, by `image/index.mjs`; absent when no page asks for any. */
  readonly images?: ManifestImages | undefined;
}

export interface ManifestImages {
  /** The path of the endpoint, with `base`: `/docs/_image`. */
  readonly path: string;
  /** 16 hex digits: a hash of what makes the images. Variants that another one made are not used. */
  readonly version: string;
  /** Query parameters that a variant depends on; empty: all of them. */
  readonly parameters: readonly string[];
  /** Widths that are made; any other becomes the nearest of them. Empty: any width. */
  readonly widths: readonly number[];
  /** Seconds for which an image of another site is kept at least. */
  readonly minimumTtlSeconds: number;
  /** The header Content-Security-Policy of the images: an SVG can be opened as a page. */
  readonly contentSecurityPolicy: string;
}

export interface PrerenderedPage {
  readonly path: string;
  readonly file: string;
  readonly headers: Readonly<Record<string, string>>;
}
