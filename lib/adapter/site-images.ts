import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AstroConfig } from 'astro';
import { bundleServer, type ServerSource } from '../build/bundle-server.ts';
import type { ManifestImages } from '../build/manifest.ts';
import { withBase } from '../build/route-pattern.ts';
import { type ImageOptions, SHARP_SERVICE } from './image-options.ts';
import type { ImageNotes } from './image-plugin.ts';
import type { ImageSettings } from './image-service.ts';

export interface SiteImages {
  readonly manifest: ManifestImages;
  /** The source of `image/index.mjs`. */
  readonly service: string;
}

export interface ImageBuild {
  readonly config: AstroConfig;
  readonly options: ImageOptions;
  readonly notes: ImageNotes;
  readonly traces: ServerSource['traces'];
}

const OWN_ENDPOINTS = [undefined, 'astro/assets/endpoint/generic', 'astro/assets/endpoint/node'];
/** What Astro's own services read. Another service may read more. */
const ASTRO_PARAMETERS = ['background', 'f', 'fit', 'h', 'href', 'position', 'q', 'w'];
const IMPORTS_SHARP = /\b(?:import|from|require)\s*\(?\s*["']sharp["']/;

/**
 * The images that the site makes on demand; `undefined` when it makes none, or has an endpoint or a service of its own
 * that does not need sharp: those run in the live function, or elsewhere.
 */
export async function siteImagesOf(build: ImageBuild): Promise<SiteImages | undefined> {
  const { config, notes, options } = build;
  const { endpoint } = config.image;
  if (!notes.asksForImages || notes.serviceFile === undefined) return undefined;
  if (!OWN_ENDPOINTS.includes(endpoint.entrypoint) || /[[\]]/.test(endpoint.route)) return undefined;
  if (!(await makesImagesBySharp(build, notes.serviceFile))) return undefined;
  const service = await bundleService(build, notes.serviceFile);
  const version = createHash('sha256').update(service).digest('hex').slice(0, 16);
  return {
    service,
    manifest: {
      path: withBase(config.base, endpoint.route),
      version,
      parameters: config.image.service.entrypoint === SHARP_SERVICE ? ASTRO_PARAMETERS : [],
      widths: options.widths,
      minimumTtlSeconds: options.minimumTtlSeconds,
      contentSecurityPolicy: options.contentSecurityPolicy,
    },
  };
}

/** Whether the service makes images itself, and does not only name those of a service elsewhere; and whether by sharp. */
async function makesImagesBySharp({ config, traces }: ImageBuild, file: string): Promise<boolean> {
  const code = `
    import service from ${JSON.stringify(`./${file}`)};
    export const isLocal = typeof service.transform === 'function';
  `;
  const bundle = await bundleServer({ code, ...bundleOptions(config, traces) });
  if (!IMPORTS_SHARP.test(bundle)) return false;
  // Beside the server, where what it imports by name is found.
  const folder = await mkdtemp(join(fileURLToPath(config.build.server), 'image-service-'));
  try {
    const module = join(folder, 'index.mjs');
    await writeFile(module, bundle);
    const { isLocal } = (await import(pathToFileURL(module).href)) as { readonly isLocal: boolean };
    return isLocal;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleService({ config, traces }: ImageBuild, file: string): Promise<string> {
  const { domains, remotePatterns, service, dangerouslyProcessSVG } = config.image;
  const settings: ImageSettings = { domains, remotePatterns, service, dangerouslyProcessSVG };
  const creator = fileURLToPath(new URL(`./image-service${extname(import.meta.url)}`, import.meta.url));
  const code = `
    import service from ${JSON.stringify(`./${file}`)};
    import { createImageService } from ${JSON.stringify(creator)};
    const made = createImageService(service, ${JSON.stringify(settings)}, () => import('sharp'));
    export const { maxPixels, isAllowed, namesHost, measure, transform } = made;
  `;
  return bundleServer({ code, ...bundleOptions(config, traces) });
}

function bundleOptions({ build }: AstroConfig, traces: ServerSource['traces']): Omit<ServerSource, 'code'> {
  const options = { resolveFrom: fileURLToPath(build.server), external: ['sharp'] };
  return traces === undefined ? options : { ...options, traces };
}
