import { extname } from 'node:path';
import type { AstroAdapter, AstroConfig, AstroIntegration, IntegrationResolvedRoute, RouteToHeaders } from 'astro';
import { writeAstroBuild } from './astro-build.ts';
import { requireSupportedAstro } from './astro-version.ts';
import { type ImageOptions, SHARP_SERVICE } from './image-options.ts';
import { type ImageNotes, imagePlugin } from './image-plugin.ts';
import { type AdapterOptions, resolveOptions } from './options.ts';
import { sessionConfigFor } from './sessions.ts';
import { modulesPlugin, type SiteModule } from './site-modules.ts';
import { trimPlugin } from './trim.ts';
import { warnOfVercelJson } from './vercel-json.ts';

export type { AdapterOptions, AstroIsrOptions } from './options.ts';

const NAME = 'cdk-isr/astro';
const PACKAGE = 'cdk-isr';

/** What the hooks of one run of Astro have in common. */
interface Run {
  config?: AstroConfig;
  routes: readonly IntegrationResolvedRoute[];
  headersByPath: RouteToHeaders;
  hasServer: boolean;
  hasServerIslands: boolean;
  islandKey: string | undefined;
  readonly moduleIds: Set<string>;
  readonly modules: Map<string, SiteModule>;
  readonly imageNotes: ImageNotes;
}

/**
 * Astro adapter that writes `.isr/`, which the construct IsrSite deploys and `isr` runs on one machine.
 *
 * @throws IsrError INVALID_OPTION or INVALID_TOKEN
 */
export function isr(options: AdapterOptions = {}): AstroIntegration {
  const resolved = resolveOptions(options);
  const run: Run = {
    routes: [],
    headersByPath: new Map(),
    hasServer: false,
    hasServerIslands: false,
    islandKey: undefined,
    moduleIds: new Set(),
    modules: new Map(),
    imageNotes: { serviceFile: undefined, asksForImages: false },
  };
  return {
    name: NAME,
    hooks: {
      'astro:config:setup'({ command, config, updateConfig, addMiddleware, logger }) {
        requireSupportedAstro(config.root);
        for (const warning of resolved.warnings) logger.warn(warning);
        forgetTheCommand();
        addMiddleware({ order: 'pre', entrypoint: moduleBeside('middleware') });
        updateConfig(configOf(config, command, run, lastIntegration(resolved, run)));
        updateConfig(imageConfigOf(resolved.images, command));
      },
      'astro:routes:resolved'({ routes }) {
        run.routes = routes;
      },
      'astro:config:done'({ config, setAdapter, buildOutput, logger }) {
        for (const warning of warnOfVercelJson(config.root)) logger.warn(warning);
        run.config = config;
        setAdapter(adapterFor(buildOutput));
      },
      'astro:build:ssr'({ manifest }) {
        run.hasServer = true;
        run.islandKey = manifest.key;
        // Astro sorts them by the names of chunks, which have hashes that differ from machine to machine.
        manifest.entryModules = sortedByKey(manifest.entryModules);
      },
      'astro:build:generated'({ routeToHeaders }) {
        run.headersByPath = routeToHeaders;
      },
    },
  };
}

// biome-ignore lint/style/noDefaultExport: an Astro adapter is imported by its default export.
export default isr;

// Astro writes a variable of the environment into the code of each module that has its name and `import.meta.env`. The shell
// names what it started in `_`: a build that npm ran would be another deployment than one that npx ran.
function forgetTheCommand(): void {
  delete process.env._;
}

function configOf(config: AstroConfig, command: string, run: Run, last: AstroIntegration) {
  const session = sessionConfigFor(config, command);
  const provider = { name: PACKAGE, entrypoint: 'cdk-isr/astro/cache' };
  return {
    // Redirects are answered by the server, with their own status, instead of by HTML files.
    build: { redirects: false },
    ...(config.cache?.provider === undefined ? { cache: { provider } } : {}),
    ...(session === undefined ? {} : { session }),
    integrations: [last],
    vite: {
      plugins: [
        trimPlugin(),
        packagePlugin(),
        notesPlugin(run),
        modulesPlugin(`${NAME}:modules`, run.modules),
        imagePlugin(run.imageNotes, () => allowsRemoteImages(run)),
      ],
    },
  };
}

/** As `imageService` of @astrojs/vercel does: another service while developing, and more hosts. */
function imageConfigOf({ isForced, devService, domains, remotePatterns, widths }: ImageOptions, command: string) {
  if (!isForced) return {};
  const entrypoint = command === 'dev' ? devService : SHARP_SERVICE;
  return {
    image: {
      service: { entrypoint },
      domains: [...domains],
      remotePatterns: [...remotePatterns],
      ...(widths.length === 0 ? {} : { breakpoints: [...widths] }),
    },
  };
}

function allowsRemoteImages({ config }: Run): boolean {
  return config !== undefined && config.image.domains.length + config.image.remotePatterns.length > 0;
}

function adapterFor(buildOutput: 'static' | 'server'): AstroAdapter {
  return {
    name: NAME,
    entrypointResolution: 'auto',
    serverEntrypoint: 'cdk-isr/astro/server',
    previewEntrypoint: 'cdk-isr/astro/preview',
    adapterFeatures: {
      buildOutput,
      middlewareMode: 'classic',
      staticHeaders: true,
      preserveBuildClientDir: true,
      preserveBuildServerDir: true,
    },
    supportedAstroFeatures: {
      staticOutput: 'stable',
      hybridOutput: 'stable',
      serverOutput: 'stable',
      envGetSecret: 'stable',
      i18nDomains: 'unsupported',
      sharpImageService: 'stable',
    },
  };
}

// Adapters run before all other integrations. This one runs last, so that it sees the files that others add.
function lastIntegration(options: ReturnType<typeof resolveOptions>, run: Run): AstroIntegration {
  return {
    name: `${NAME}:build`,
    hooks: {
      'astro:config:setup'({ addMiddleware }) {
        addMiddleware({ order: 'post', entrypoint: moduleBeside('last-middleware') });
      },
      async 'astro:build:done'({ logger }) {
        if (run.config === undefined) return;
        const { build, notes, warnings } = await writeAstroBuild({ ...run, config: run.config, options });
        for (const warning of warnings) logger.warn(warning);
        for (const note of notes) logger.info(note);
        const { deploymentId, images, live, prerendered } = build.manifest;
        const made = images === undefined ? '' : `, images at ${images.path}`;
        logger.info(
          `.isr/: deployment ${deploymentId}, ${prerendered.length} prerendered, ${live.length} live routes${made}`,
        );
      },
    },
  };
}

/** Bundles this package even where the project does not list it as a dependency. */
function packagePlugin() {
  return {
    name: `${NAME}:package`,
    configEnvironment(name: string) {
      return ['ssr', 'prerender', 'astro'].includes(name) ? { resolve: { noExternal: [PACKAGE] } } : undefined;
    },
  };
}

interface ParsedModule {
  readonly id: string;
  readonly meta: { readonly astro?: { readonly serverComponents?: readonly unknown[] } };
}

function notesPlugin(run: Run) {
  return {
    name: `${NAME}:notes`,
    moduleParsed({ id, meta }: ParsedModule) {
      run.moduleIds.add(id);
      if ((meta.astro?.serverComponents?.length ?? 0) > 0) run.hasServerIslands = true;
    },
  };
}

function sortedByKey(modules: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(modules).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function moduleBeside(name: string): URL {
  return new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
}
