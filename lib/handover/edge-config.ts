import type { UrlStyle } from '../core/page/page-key.ts';

// The construct writes one of these in place of the string `"__ISR_EDGE_CONFIG__"`.

/** Of the function that names the page. */
export interface EdgeConfig extends UrlStyle {
  /** `/deployments/<id>`: where the pages of this deployment are. */
  readonly prefix: string;
  /** Decoded names of the query parameters that are part of a page's key. */
  readonly allowQuery: readonly string[];
  /** SHA-256 in hex of each valid token. */
  readonly tokenHashes: readonly string[];
  /** Folders of pages, with `base`, that the live function alone answers. Absent: none. */
  readonly behindMiddleware?: readonly string[];
}

/** Of the function that guards the fail-over distribution. */
export interface FailOverConfig {
  /** Proves that a request came through the site's distribution. */
  readonly originSecret: string;
}

/** Of the function before live routes. */
export interface LiveEdgeConfig {
  readonly deploymentId: string;
}
