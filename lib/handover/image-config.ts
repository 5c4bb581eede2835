import type { ImageRules } from '../images/image-query.ts';

/** The file `images.json` beside the bundle of the image function. */
export interface ImageConfig {
  readonly rules: ImageRules;
  readonly minimumTtlSeconds: number;
  /** Page keys of the images among the files of `public/` and the prerendered ones: nothing else is a source. */
  readonly files: readonly string[];
}
