// The construct and the functions use the same tables: one side writes an environment, the other side reads it.
// The tables are plain literals without calls and spreads, so that a bundle can drop those of other functions.
import {
  choiceOf,
  EXPIRATION,
  HASHES,
  LIST,
  OPTIONAL_TEXT,
  POSITIVE_INTEGER,
  TEXT,
  TRUE_OR_FALSE,
  type ValuesOf,
  type Variable,
  WHOLE_NUMBER,
} from '../basics/environment.ts';
import type { TrailingSlash } from '../core/site.ts';

const TRAILING_SLASH = /* @__PURE__ */ choiceOf<TrailingSlash>('always', 'never', 'ignore');

const bucket = { name: 'ISR_BUCKET', format: TEXT };
const deploymentId = { name: 'ISR_DEPLOYMENT_ID', format: TEXT };
const trailingSlash = { name: 'ISR_TRAILING_SLASH', format: TRAILING_SLASH };
const expiration = { name: 'ISR_EXPIRATION', format: EXPIRATION };
const renderTimeoutMs = { name: 'ISR_RENDER_TIMEOUT_MS', format: POSITIVE_INTEGER };
/** Of a job, which may have more time than a viewer. */
const jobTimeoutMs = { name: 'ISR_JOB_TIMEOUT_MS', format: POSITIVE_INTEGER };
/** The canonical origin of the site, `https://example.com`. Not set if the site has only the distribution's own name. */
const siteUrl: Variable<string | undefined> = { name: 'ISR_SITE_URL', format: OPTIONAL_TEXT };
const hasHtmlEndings = { name: 'ISR_HTML_ENDINGS', format: TRUE_OR_FALSE };
const allowQuery = { name: 'ISR_ALLOW_QUERY', format: LIST };
const tokenHashes = { name: 'ISR_TOKEN_HASHES', format: HASHES };
const jobsQueueUrl = { name: 'ISR_JOBS_QUEUE_URL', format: TEXT };
const purgeQueueUrl = { name: 'ISR_PURGE_QUEUE_URL', format: TEXT };
/** How many pages are rendered before a deployment is served, at most. */
const warmPages = { name: 'ISR_WARM_PAGES', format: WHOLE_NUMBER };
/** How many of them at once. */
const warmConcurrency = { name: 'ISR_WARM_CONCURRENCY', format: POSITIVE_INTEGER };
const warmTimeoutMs = { name: 'ISR_WARM_TIMEOUT_MS', format: POSITIVE_INTEGER };
/** Proves that a request came through the distribution. */
const originSecret = { name: 'ISR_ORIGIN_SECRET', format: TEXT };

export const serveVariables = {
  bucket,
  deploymentId,
  trailingSlash,
  expiration,
  renderTimeoutMs,
  jobTimeoutMs,
  siteUrl,
  allowQuery,
  tokenHashes,
  jobsQueueUrl,
  purgeQueueUrl,
};

export const renderVariables = {
  bucket,
  deploymentId,
  trailingSlash,
  expiration,
  renderTimeoutMs,
  siteUrl,
  jobsQueueUrl,
  purgeQueueUrl,
};

export const revalidateVariables = {
  bucket,
  deploymentId,
  trailingSlash,
  expiration,
  renderTimeoutMs,
  siteUrl,
  allowQuery,
  hasHtmlEndings,
  tokenHashes,
  jobsQueueUrl,
  purgeQueueUrl,
};

export const liveVariables = {
  bucket,
  deploymentId,
  allowQuery,
  hasHtmlEndings,
  tokenHashes,
  purgeQueueUrl,
  originSecret,
};

export const imageVariables = { bucket, deploymentId };

export const warmVariables = {
  bucket,
  deploymentId,
  trailingSlash,
  expiration,
  renderTimeoutMs,
  siteUrl,
  allowQuery,
  purgeQueueUrl,
  warmPages,
  warmConcurrency,
  warmTimeoutMs,
};

export const purgeVariables = { bucket, purgeQueueUrl };

export type ServeValues = ValuesOf<typeof serveVariables>;
export type RevalidateValues = ValuesOf<typeof revalidateVariables>;
export type WarmValues = ValuesOf<typeof warmVariables>;
export type LiveValues = ValuesOf<typeof liveVariables>;
/** What all functions that render pages are told. */
export type PagesValues = Pick<
  ServeValues,
  'bucket' | 'deploymentId' | 'trailingSlash' | 'expiration' | 'renderTimeoutMs'
>;
