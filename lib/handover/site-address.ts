/**
 * What only the distribution knows. It is no environment variable: the functions would have to be updated after the
 * distribution, and so after the edge function that names their deployment.
 */
export interface SiteAddress {
  readonly distributionId: string;
  /** The distribution's own, `https://d1.cloudfront.net`. */
  readonly url: string;
}

/** The object that every deployment writes once its distribution is there. */
export const SITE_ADDRESS_KEY = '_isr/site.json';
