import type { ImageRules } from '../images/image-query.ts';

/** The file `images.json` beside the bundle of the image function. */
export interface ImageConfig {
  readonly rules: ImageRules;
  readonly minimumTtlSeconds: number;
  /** Keys of the images among the files of `public/` and the prerendered ones, by their decoded paths. */
  readonly files: Readonly<Record<string, string>>;
}
