// Bundled into the build's `image/index.mjs`, together with the image service of the site. See lib/images/image-service.ts.
import type { AstroConfig, LocalImageService } from 'astro';
import { isRemoteAllowed } from 'astro/assets/utils';

/** The part of the site's configuration of images that may be written into a bundle. */
export type ImageSettings = Pick<AstroConfig['image'], 'domains' | 'remotePatterns' | 'service'> &
  Partial<Pick<AstroConfig['image'], 'dangerouslyProcessSVG'>>;

/** What is used here of sharp. */
type SharpImage = (
  bytes: Uint8Array,
  options: { readonly pages: number; readonly limitInputPixels: boolean; readonly failOn: 'none' },
) => { metadata(): Promise<{ readonly width: number; readonly height: number }> };

/** Two or three times what cameras make. More is a decompression bomb, or does not fit into the function's memory. */
const DEFAULT_MAX_PIXELS = 100_000_000;
/** sharp's own, 0x3FFF squared: https://sharp.pixelplumbing.com/api-constructor */
const HIGHEST_MAX_PIXELS = 268_402_689;
const LOG_LEVELS = ['info', 'warn', 'error', 'debug'] as const;

export function createImageService(
  service: LocalImageService,
  settings: ImageSettings,
  loadSharp: () => Promise<{ readonly default: SharpImage }>,
) {
  const { domains, remotePatterns } = settings;
  const maxPixels = maxPixelsOf(settings);
  const config = withLimit(settings, maxPixels) as AstroConfig['image'];
  return {
    maxPixels,
    isAllowed: (url: string) => isRemoteAllowed(url, { domains, remotePatterns }),
    namesHost: (host: string) => domains.includes(host) || remotePatterns.some(({ hostname }) => hostname === host),
    async measure(bytes: Uint8Array) {
      const { default: sharp } = await loadSharp();
      const { width, height } = await sharp(bytes, { pages: -1, limitInputPixels: false, failOn: 'none' }).metadata();
      return { pixels: width * height };
    },
    async transform(bytes: Uint8Array, query: URLSearchParams, log: (message: string) => void) {
      const logger = Object.fromEntries(LOG_LEVELS.map((level) => [level, log])) as never;
      const wanted = await service.parseURL(new URL(`https://localhost/_image?${query}`), config, logger);
      if (wanted === undefined) throw new Error('the image service of the site cannot read the query');
      const { data, format } = await service.transform(bytes, wanted as never, config, logger);
      return { bytes: data, contentType: contentTypeOf(format, query.get('f')) };
    },
  };
}

function maxPixelsOf({ service }: ImageSettings): number {
  const { limitInputPixels: given } = service.config as { readonly limitInputPixels?: number | boolean };
  if (typeof given === 'number' && given > 0) return Math.min(given, HIGHEST_MAX_PIXELS);
  return given === undefined ? DEFAULT_MAX_PIXELS : HIGHEST_MAX_PIXELS;
}

function withLimit(settings: ImageSettings, limitInputPixels: number): ImageSettings {
  return { ...settings, service: { ...settings.service, config: { ...settings.service.config, limitInputPixels } } };
}

function contentTypeOf(format: string, wanted: string | null): string {
  if (format === 'svg') return 'image/svg+xml';
  // sharp calls the container by its name, whatever is in it.
  if (format === 'heif' && wanted === 'avif') return 'image/avif';
  return `image/${format === 'jpg' ? 'jpeg' : format}`;
}
