import type { PageKey } from '../core/page/page-key.ts';

/** What is noted of each deployment before it is served. */
export interface DeploymentNote {
  /** Epoch milliseconds at which it was last made ready. */
  readonly readyAt: number;
  /** Of CloudFormation: a second try of the same request does nothing, since the first one may have died of it. */
  readonly requestId: string;
  /** Which deployment was served before; absent for the first one. */
  readonly before?: string;
}

export const DEPLOYMENT_NOTES = '_isr/deployments/';

export const deploymentNoteKey = (deploymentId: string): string => `${DEPLOYMENT_NOTES}${deploymentId}.json`;

/** The file beside the bundle of the warm function. */
export const WARM_FILE = 'warm.json';

/** What the configuration wants to be rendered first. */
export interface WarmFile {
  readonly pageKeys: readonly PageKey[];
  /** Where a sitemap may be whose pages are wanted; none: no sitemap is read. */
  readonly sitemaps: readonly PageKey[];
  readonly hasHtmlEndings: boolean;
}
