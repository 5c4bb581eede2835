import type { TrailingSlash } from '../core/site.ts';

/** What the construct writes in place of the string `"__ISR_EDGE_CONFIG__"`. */
export interface EdgeConfig {
  /** `/deployments/<id>`: where the pages of this deployment stand. */
  readonly prefix: string;
  readonly trailingSlash: TrailingSlash;
  /** Decoded names of the query parameters that are part of a page's key. */
  readonly allowQuery: readonly string[];
  /** SHA-256 in hex of each valid token. */
  readonly tokenHashes: readonly string[];
}
