import type { Clock, Log } from '../core/ports.ts';
import type { ImageParameter } from './image-query.ts';
import type { ImageRequest, Refusal } from './image-request.ts';
import type { ImageService, MadeImage } from './image-service.ts';
import type { SourceKind } from './lifetime.ts';

export type ImageSource =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly headers: Headers }
  /** Of another site, which still has the version that was asked about. */
  | { readonly kind: 'unchanged'; readonly headers: Headers };

export interface Variant extends MadeImage {
  /** Epoch milliseconds; `never` for what a deployment cannot change. */
  readonly expiresAt: number | 'never';
  /** The entity tag of the source, when it came from another site that has one. */
  readonly sourceEtag: string | undefined;
}

export interface StoredVariant extends Variant {
  readonly etag: string;
}

export interface ImagePorts {
  readonly variants: {
    read(key: string): Promise<StoredVariant | undefined>;
    /** Answers the entity tag. */
    write(key: string, variant: Variant, cacheControl: string): Promise<string>;
    /** How many there are below a prefix, counted up to a limit. */
    count(prefix: string): Promise<number>;
  };
  readonly sources: {
    kindOf(href: string): SourceKind | Refusal;
    fetch(href: string, kind: SourceKind, etag: string | undefined): Promise<ImageSource | Refusal>;
  };
  readonly keys: {
    variant(parameters: readonly ImageParameter[]): string;
    source(request: ImageRequest): string;
  };
  readonly service: () => Promise<ImageService>;
  readonly minimumTtlSeconds: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}
