/** What the build's `image/index.mjs` exports: the framework's own rules and its own service. */
export interface ImageService {
  /** Whether the site's configuration allows images of this URL. */
  isAllowed(url: string): boolean;
  /** Whether the configuration has this very host, and not a pattern that happens to cover it. */
  namesHost(hostname: string): boolean;
  /** Pixels of all frames, from the header alone. Throws when it is no image. */
  measure(bytes: Uint8Array): Promise<{ readonly pixels: number }>;
  /** Throws when the image cannot be made as asked. */
  transform(bytes: Uint8Array, query: URLSearchParams, log: (message: string) => void): Promise<MadeImage>;
  /** Pixels of a source at most. */
  readonly maxPixels: number;
}

export interface MadeImage {
  readonly bytes: Uint8Array;
  /** `image/webp` */
  readonly contentType: string;
}
