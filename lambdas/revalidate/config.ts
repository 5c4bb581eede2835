import { text } from '../../lib/basics/checks.ts';
import { type Environment, hashes, list, readEnvironment } from '../../lib/basics/environment.ts';
import { PAGES_VARIABLES, type PagesConfig } from '../shared/pages.ts';

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
      ...PAGES_VARIABLES,
      siteUrl: ['ISR_SITE_URL', text],
      allowQuery: ['ISR_ALLOW_QUERY', list],
      tokenHashes: ['ISR_TOKEN_HASHES', hashes],
      distributionId: ['ISR_DISTRIBUTION_ID', text],
      jobsQueueUrl: ['ISR_JOBS_QUEUE_URL', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
    },
    environment,
  );
}
