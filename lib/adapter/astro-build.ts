import { readFile } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, IntegrationResolvedRoute, RouteToHeaders } from 'astro';
import { bundleMiddleware, bundleServer, type ServerSource } from '../build/bundle-server.ts';
import { filesBeside } from '../build/client-files.ts';
import { withCharset } from '../build/content-type.ts';
import type { Manifest, PrerenderedPage } from '../build/manifest.ts';
import type { Build } from '../build/read-build.ts';
import { withBase } from '../build/route-pattern.ts';
import { listFiles, writeBuild } from '../build/write-build.ts';
import { flattenRoutes, originOf, prerenderedOf, redirectsOf, slashedOf } from './astro-manifest.ts';
import { astroVersionOf } from './astro-version.ts';
import type { ImageNotes } from './image-plugin.ts';
import { includedFilesOf } from './included-files.ts';
import { liveRoutesOf, onDemandRoutesOf } from './live-routes.ts';
import type { ResolvedOptions } from './options.ts';
import { sessionsOf } from './sessions.ts';
import type { ErrorPage, SiteFacts } from './site-fetch.ts';
import { type SiteImages, siteImagesOf } from './site-images.ts';
import type { SiteModules } from './site-modules.ts';
import { warnOfPostedForms, warnOfStoredMethods, writingEndpointsOfIntegrations } from './stored-methods.ts';

const STORES_NOTHING =
  'no page is stored: each that is not prerendered is rendered for each request; isr({ isr: true }) stores them, and ' +
  'isr.exclude names those that read cookies';

/** What the hooks of one `astro build` have gathered. */
export interface AstroOutput {
  readonly config: AstroConfig;
  readonly options: ResolvedOptions;
  readonly routes: readonly IntegrationResolvedRoute[];
  readonly headersByPath: RouteToHeaders;
  /** Astro builds no server for a site whose pages are all prerendered. */
  readonly hasServer: boolean;
  readonly hasServerIslands: boolean;
  /** Astro's key for the props of server islands. Without ASTRO_KEY, each build has a new one. */
  readonly islandKey: string | undefined;
  /** Every module that Vite has read. Astro writes their absolute paths into the server. */
  readonly moduleIds: Iterable<string>;
  readonly imageNotes: ImageNotes;
  /** Those that run on the server. */
  readonly modules: SiteModules;
}

export interface AstroBuildResult {
  readonly build: Build;
  readonly warnings: readonly string[];
  /** What was decided for the user. */
  readonly notes: readonly string[];
}

/** Turns the output of `astro build` into `.isr/`, at the root of the project. */
export async function writeAstroBuild(output: AstroOutput): Promise<AstroBuildResult> {
  const { config, options } = output;
  const client = fileURLToPath(config.build.client);
  const traces = await machineTracesOf(output);
  const images = await siteImagesOf({ config, options: options.images, notes: output.imageNotes, traces });
  const routes = routesBesideImages(output, images);
  // What is not found is the same for everybody, so a site without a server has nothing that could be live.
  const storesPages = options.storesPages || !output.hasServer;
  const live = storesPages ? await liveOfStored(routes, output) : liveOfUnstored(usedRoutes(routes, output));
  const redirects = redirectsOf(routes, config);
  const clientFiles = await listFiles(client);
  const prerendered = prerenderedOf(output.headersByPath, clientFiles, config.base);
  const facts: SiteFacts = {
    base: config.base,
    trailingSlash: config.trailingSlash,
    format: config.build.format,
    redirects,
    slashed: slashedOf(prerendered, config),
    allowQuery: options.isr.allowQuery,
    errorPages: await readErrorPages(prerendered, client, config.base),
  };
  const { middleware } = options;
  const build = await writeBuild({
    root: fileURLToPath(config.root),
    server: await bundleServer(serverSourceOf(output, facts, traces)),
    imageService: images?.service,
    middleware: middleware && (await bundleMiddleware(middleware.entrypoint, fileURLToPath(config.root))),
    client,
    included: includedFilesOf(fileURLToPath(config.root), options.inclusion),
    manifest: {
      framework: { name: 'astro', version: astroVersionOf(config.root) },
      ...outputOf(config, clientFiles),
      site: originOf(config),
      base: withBase(config.base, ''),
      trailingSlash: config.trailingSlash,
      hasHtmlEndings: config.build.format !== 'directory',
      assetsFolder: config.build.assets,
      storesPages,
      isr: options.isr,
      ...(options.maxDurationSeconds === undefined ? {} : { maxDurationSeconds: options.maxDurationSeconds }),
      ...sessionsOf(config),
      ...(middleware && { middleware: { paths: middleware.paths.map((path) => withBase(config.base, path)) } }),
      live: live.patterns.map((pattern) => withBase(config.base, pattern)),
      redirects,
      prerendered,
      ...(images === undefined ? {} : { images: images.manifest }),
    },
  });
  return { build, warnings: live.warnings, notes: live.notes };
}

interface Live {
  readonly patterns: readonly string[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

async function liveOfStored(routes: readonly IntegrationResolvedRoute[], output: AstroOutput): Promise<Live> {
  const { config, modules, options } = output;
  const named = liveRoutesOf(usedRoutes(routes, output), options.exclude, config.image.endpoint.route);
  const found = writingEndpointsOfIntegrations(config.root, routes, modules);
  const added = found.filter(({ pattern }) => !named.patterns.includes(pattern));
  const patterns = [...named.patterns, ...added.map(({ pattern }) => pattern)];
  const methods = await warnOfStoredMethods(config.root, routes, patterns, modules);
  const forms = warnOfPostedForms(config, routes, patterns, modules);
  return {
    patterns,
    warnings: [...named.warnings, ...methods, ...forms],
    notes: added.map(({ pattern }) => `${pattern} is live, since the integration that added it answers more than GET`),
  };
}

function liveOfUnstored(routes: readonly IntegrationResolvedRoute[]): Live {
  return { ...onDemandRoutesOf(routes), notes: [STORES_NOTHING] };
}

/** Where images have a function of their own, no other one has to know of their endpoint. */
function routesBesideImages({ routes, config }: AstroOutput, images: SiteImages | undefined) {
  const flat = flattenRoutes(routes);
  return images === undefined ? flat : flat.filter(({ pattern }) => pattern !== config.image.endpoint.route);
}

// Astro adds routes for images and islands to each site with an adapter, used or not.
function usedRoutes(
  routes: readonly IntegrationResolvedRoute[],
  output: AstroOutput,
): readonly IntegrationResolvedRoute[] {
  if (!output.hasServer) return [];
  return routes.filter((route) => output.hasServerIslands || !route.pattern.startsWith('/_server-islands/'));
}

/** Where a later step looks for what Astro built: `dist`. What is outside of the project is nobody's guess. */
function outputOf({ build, outDir, root }: AstroConfig, clientFiles: readonly string[]): Pick<Manifest, 'output'> {
  const folder = fileURLToPath(outDir);
  const directory = relative(fileURLToPath(root), folder);
  const isElsewhere = directory === '' || directory.startsWith('..') || isAbsolute(directory);
  if (isElsewhere || build.client.href !== new URL('client/', outDir).href) return {};
  return { output: { directory: directory.split(sep).join('/'), others: filesBeside(folder, new Set(clientFiles)) } };
}

function serverSourceOf(output: AstroOutput, facts: SiteFacts, traces: ReadonlyMap<string, string>): ServerSource {
  const { config } = output;
  const [module, create] = output.hasServer
    ? [`./${config.build.serverEntry}`, 'createFetch']
    : [fileURLToPath(new URL(`./site-fetch${extname(import.meta.url)}`, import.meta.url)), 'createSiteFetch'];
  return {
    code: `
      import { ${create} as create } from ${JSON.stringify(module)};
      export const fetch = create(${JSON.stringify(facts)});
    `,
    resolveFrom: fileURLToPath(output.hasServer ? config.build.server : config.root),
    // Only the image endpoint needs it, and loads it when it is called.
    external: ['sharp'],
    traces,
  };
}

/** What Astro writes into the server about the machine and the run that built it, and what replaces it. */
async function machineTracesOf(output: AstroOutput): Promise<ReadonlyMap<string, string>> {
  const { config, moduleIds, islandKey, hasServerIslands } = output;
  const traces = new Map([[config.root.href, 'file:///site/']]);
  const root = fileURLToPath(config.root);
  // Astro's manifest names chunks by hashes, which depend on the paths inside. After the bundling, nobody needs them.
  for (const file of await listFiles(fileURLToPath(config.build.server))) {
    traces.set(`"${file}"`, `"${file.replace(/_[\w-]{8}(?=\.mjs$)/, '')}"`);
  }
  for (const id of moduleIds) {
    if (isAbsolute(id)) traces.set(id, `/site/${placeOf(id, root)}`);
  }
  // Otherwise a key that nothing uses would make each build another deployment.
  if (islandKey !== undefined && !hasServerIslands) traces.set(islandKey, `${'A'.repeat(43)}=`);
  return traces;
}

function placeOf(id: string, root: string): string {
  const installed = id.lastIndexOf('/node_modules/');
  return installed === -1 ? relative(root, id) : id.slice(installed + 1);
}

async function readErrorPages(
  prerendered: readonly PrerenderedPage[],
  client: string,
  base: string,
): Promise<Readonly<Record<string, ErrorPage>>> {
  const pages = prerendered.filter((page) => /(?:^|\/)(?:404|500)(?:\/index)?\.html$/.test(page.file));
  const entries = pages.map(async ({ file, headers }) => {
    const body = await readFile(join(client, file), 'utf8');
    const types = { 'content-type': withCharset(headers['content-type'] ?? 'text/html') };
    return [withBase(base, file), { body, headers: { ...headers, ...types } }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
