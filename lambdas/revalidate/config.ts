import {
  type Environment,
  expiration,
  hashes,
  list,
  oneOf,
  positiveInteger,
  readEnvironment,
  text,
} from '../../lib/core/environment.ts';
import type { PagesConfig } from '../shared/pages.ts';

export interface RevalidateConfig extends PagesConfig {
  readonly siteUrl: string;
  readonly allowQuery: readonly string[];
  readonly tokenHashes: readonly string[];
  readonly distributionId: string;
  readonly jobsQueueUrl: string;
  readonly purgeQueueUrl: string;
}

export function readRevalidateConfig(environment: Environment): RevalidateConfig {
  return readEnvironment<RevalidateConfig>(
    'the revalidate function',
    {
      bucket: ['ISR_BUCKET', text],
      deploymentId: ['ISR_DEPLOYMENT_ID', text],
      siteUrl: ['ISR_SITE_URL', text],
      trailingSlash: ['ISR_TRAILING_SLASH', oneOf('always', 'never', 'ignore')],
      expiration: ['ISR_EXPIRATION', expiration],
      allowQuery: ['ISR_ALLOW_QUERY', list],
      tokenHashes: ['ISR_TOKEN_HASHES', hashes],
      distributionId: ['ISR_DISTRIBUTION_ID', text],
      jobsQueueUrl: ['ISR_JOBS_QUEUE_URL', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
      renderTimeoutMs: ['ISR_RENDER_TIMEOUT_MS', positiveInteger],
    },
    environment,
  );
}
