import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import {
  type Check,
  fieldsOf,
  listOf,
  matching,
  objectOf,
  oneOf,
  optional,
  text,
  withDefault,
} from '../basics/checks.ts';
import { Faults } from '../basics/faults.ts';
import { bundleMiddleware, bundleServer, type ServerSource } from './bundle-server.ts';
import {
  type IsrOptions,
  type MiddlewareOptions,
  NOTHING_STORED,
  optionsErrorCode,
  readIsrOptions,
  readMiddleware,
} from './isr-options.ts';
import type { Manifest, PrerenderedPage, TrailingSlash } from './manifest.ts';
import { prerenderedPage, sessions } from './parse-manifest.ts';
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
  /**
   * `true` is `{}`: pages stay until they are revalidated, and there is no token to do so with.
   *
   * @default false - nothing is stored: every path that is no file is rendered for each request
   */
  readonly isr?: boolean | IsrOptions;
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
  /**
   * Gives live routes a store of sessions, `context.sessions`, in the bucket of the stack.
   *
   * @default - no store
   */
  readonly sessions?: Manifest['sessions'];
  /** @default [] */
  readonly prerendered?: readonly PrerenderedPage[];
  /** Packages that are not bundled. @default [] */
  readonly external?: readonly string[];
}

/**
 * Builds a site without a framework's adapter: bundles the module and writes `.isr/`.
 *
 * @throws IsrError INVALID_OPTION, INVALID_TOKEN or BUILD_MALFORMED. A build that was there before stays as it was.
 */
export async function buildFetchHandler(options: FetchHandlerOptions): Promise<Build> {
  const faults = new Faults('the options');
  const read = readOptions(faults.in(options));
  const { entry, client, external, prerendered, live, isr, ...manifest } = faults.accept(
    read,
    optionsErrorCode(faults),
  );
  const server = await bundleServer(serverSourceOf(entry, external));
  const { middleware, ...stored } = isr ?? { ...NOTHING_STORED, middleware: undefined };
  return writeBuild({
    root: options.root,
    server,
    middleware: middleware && (await bundleMiddleware(middleware.entrypoint, options.root)),
    ...(client === undefined ? {} : { client }),
    manifest: {
      framework: { name: 'fetch', version: '1' },
      ...manifest,
      storesPages: isr !== undefined,
      isr: stored,
      ...(middleware && { middleware: { paths: middleware.paths.map((path) => withBase(manifest.base, path)) } }),
      live: live.map((pattern) => withBase(manifest.base, pattern)),
      redirects: [],
      prerendered,
    },
  });
}

type ResolvedOptions = Pick<
  Manifest,
  'site' | 'base' | 'trailingSlash' | 'assetsFolder' | 'live' | 'prerendered' | 'sessions'
> &
  Pick<FetchHandlerOptions, 'entry' | 'client' | 'external'> & {
    /** `undefined`: nothing is stored. */
    readonly isr: (Manifest['isr'] & { readonly middleware: MiddlewareOptions | undefined }) | undefined;
  };

const existingFile =
  (mustBe: string): Check<string> =>
  (given) => {
    const path = text(given);
    if (path === undefined || existsSync(path)) return path;
    return given.mustBe(`${mustBe}, but there is nothing at ${resolve(path)}`);
  };

const base: Check<string> = (given) => {
  const path = matching(/^\//, "a path that begins with '/'")(given);
  return path === undefined ? undefined : withBase(path, '');
};

const isrOptions: Check<ResolvedOptions['isr']> = (given) => {
  const { value } = given;
  if (value === undefined || value === false) return undefined;
  const fields = value === true ? {} : fieldsOf(given, 'true, false or an object');
  return fields && { ...readIsrOptions(given, fields), middleware: readMiddleware(given, fields) };
};

const origin: Check<string> = (given) => {
  const url = text(given);
  if (url === undefined) return undefined;
  if (URL.canParse(url) && /^https?:/.test(url)) return new URL(url).origin;
  return given.mustBe("an absolute URL such as 'https://example.com'");
};

const readOptions = objectOf<ResolvedOptions>({
  entry: existingFile('a module that exports fetch'),
  client: optional(existingFile('a folder of files')),
  external: optional(listOf(text)),
  site: withDefault(origin, null),
  base: withDefault(base, '/'),
  trailingSlash: withDefault(oneOf('always', 'never', 'ignore'), 'ignore'),
  assetsFolder: withDefault(text, 'assets'),
  isr: isrOptions,
  live: withDefault(listOf(matching(/^\//, "a route pattern such as '/api/[...path]'", "begin it with '/'")), []),
  sessions: optional(sessions),
  prerendered: withDefault(listOf(prerenderedPage), []),
});

function serverSourceOf(entry: string, external: readonly string[] | undefined): ServerSource {
  const file = resolve(entry);
  // Through the namespace, a missing name is undefined. esbuild then only warns, and the error below says more.
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
