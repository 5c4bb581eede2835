import {
  type Environment,
  expiration,
  hashes,
  list,
  oneOf,
  optionalText,
  positiveInteger,
  readEnvironment,
  text,
} from '../../lib/core/environment.ts';
import type { TrailingSlash } from '../../lib/core/site.ts';

export interface ServeConfig {
  readonly bucket: string;
  readonly deploymentId: string;
  /** Absent when the site has no name but the distribution's own. */
  readonly siteUrl: string | undefined;
  readonly trailingSlash: TrailingSlash;
  readonly expiration: number | false;
  readonly allowQuery: readonly string[];
  readonly tokenHashes: readonly string[];
  readonly jobsQueueUrl: string;
  readonly purgeQueueUrl: string;
  readonly renderTimeoutMs: number;
}

export function readServeConfig(environment: Environment): ServeConfig {
  return readEnvironment<ServeConfig>(
    'the serve function',
    {
      bucket: ['ISR_BUCKET', text],
      deploymentId: ['ISR_DEPLOYMENT_ID', text],
      siteUrl: ['ISR_SITE_URL', optionalText],
      trailingSlash: ['ISR_TRAILING_SLASH', oneOf('always', 'never', 'ignore')],
      expiration: ['ISR_EXPIRATION', expiration],
      allowQuery: ['ISR_ALLOW_QUERY', list],
      tokenHashes: ['ISR_TOKEN_HASHES', hashes],
      jobsQueueUrl: ['ISR_JOBS_QUEUE_URL', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
      renderTimeoutMs: ['ISR_RENDER_TIMEOUT_MS', positiveInteger],
    },
    environment,
  );
}
