import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { IsrError } from '../basics/errors.ts';
import { bundleServer, type ServerSource } from './bundle-server.ts';
import { type IsrOptions, resolveIsrOptions, show } from './isr-options.ts';
import type { PrerenderedPage, TrailingSlash } from './manifest.ts';
import type { Build } from './read-build.ts';
import { withBase } from './route-pattern.ts';
import { writeBuild } from './write-build.ts';

export interface FetchHandlerOptions {
  /** Folder that gets `.isr/`. */
  readonly root: string;
  /** Module that exports `fetch(request, context)`, or has it on its default export. JavaScript or TypeScript. */
  readonly entry: string;
  /**
   * Folder of static files.
   *
   * @default - no files
   */
  readonly client?: string;
  /** @default - pages stay until they are revalidated, and there is no token to do so with */
  readonly isr?: IsrOptions;
  /**
   * Patterns of routes that are never stored, `/api/[...path]`, below `base`.
   *
   * @default []
   */
  readonly live?: readonly string[];
  /**
   * The canonical origin, `https://example.com`.
   *
   * @default - the distribution's own domain
   */
  readonly site?: string;
  /** @default '/' */
  readonly base?: string;
  /** @default 'ignore' */
  readonly trailingSlash?: TrailingSlash;
  /**
   * Folder in `client` whose files have a content hash in their names.
   *
   * @default 'assets'
   */
  readonly assetsFolder?: string;
  /** @default [] */
  readonly prerendered?: readonly PrerenderedPage[];
  /** Packages that are not bundled. @default [] */
  readonly external?: readonly string[];
}

/**
 * Builds a site without a framework's adapter: bundles the module and writes `.isr/`.
 *
 * @throws IsrError INVALID_OPTION, INVALID_TOKEN or BUILD_MALFORMED; the build that stood there before then stays
 */
export async function buildFetchHandler(options: FetchHandlerOptions): Promise<Build> {
  const isr = resolveIsrOptions(options.isr ?? {}, 'isr');
  const base = options.base ?? '/';
  const live = (options.live ?? []).map((pattern) => withBase(base, checkPattern(pattern)));
  const server = await bundleServer(serverSourceOf(options));
  return writeBuild({
    root: options.root,
    server,
    ...(options.client === undefined ? {} : { client: checkClient(options.client) }),
    manifest: {
      framework: { name: 'fetch', version: '1' },
      site: originOf(options.site),
      base: checkBase(base),
      trailingSlash: options.trailingSlash ?? 'ignore',
      assetsFolder: options.assetsFolder ?? 'assets',
      isr,
      live,
      redirects: [],
      prerendered: options.prerendered ?? [],
    },
  });
}

function serverSourceOf({ entry, external }: FetchHandlerOptions): ServerSource {
  const file = resolve(entry);
  if (!existsSync(file)) {
    throw new IsrError('INVALID_OPTION', `'entry' must be a module that exports fetch, but '${file}' does not exist`);
  }
  // Names that the module lacks are undefined on its namespace, and esbuild says so in a warning, not in an error.
  const code = `
    import * as site from ${JSON.stringify(`./${basename(file)}`)};
    const owner = typeof site['fetch'] === 'function' ? site : site['default'];
    if (typeof owner?.fetch !== 'function') {
      throw new TypeError(${JSON.stringify(`${basename(file)} must export fetch(request, context), or a default export that has it`)});
    }
    export const fetch = (request, context) => owner.fetch(request, context);
  `;
  return { code, resolveFrom: dirname(file), ...(external === undefined ? {} : { external }) };
}

function checkClient(client: string): string {
  if (existsSync(client)) return client;
  throw new IsrError('INVALID_OPTION', `'client' must be a folder of files, but '${resolve(client)}' does not exist`);
}

function checkPattern(pattern: unknown): string {
  if (typeof pattern === 'string' && pattern.startsWith('/')) return pattern;
  throw new IsrError(
    'INVALID_OPTION',
    `'live' must list route patterns such as '/api/[...path]', got ${show(pattern)}; begin each with '/'`,
  );
}

function checkBase(base: string): string {
  if (base.startsWith('/')) return withBase(base, '');
  throw new IsrError('INVALID_OPTION', `'base' must begin with '/', got ${show(base)}`);
}

function originOf(site: string | undefined): string | null {
  if (site === undefined) return null;
  if (URL.canParse(site) && /^https?:/.test(site)) return new URL(site).origin;
  throw new IsrError(
    'INVALID_OPTION',
    `'site' must be an absolute URL such as 'https://example.com', got ${show(site)}`,
  );
}
