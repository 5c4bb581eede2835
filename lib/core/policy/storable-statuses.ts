// Also bundled into a CloudFront function, so without what its language does not have.

/** The statuses that Vercel's ISR stores (https://vercel.com/docs/incremental-static-regeneration). */
export const STORABLE_STATUSES: readonly number[] = [200, 301, 302, 307, 308, 404, 410];
