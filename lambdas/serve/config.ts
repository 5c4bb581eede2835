import { text } from '../../lib/basics/checks.ts';
import { type Environment, hashes, list, optionalText, readEnvironment } from '../../lib/basics/environment.ts';
import { PAGES_VARIABLES, type PagesConfig } from '../shared/pages.ts';

export interface ServeConfig extends PagesConfig {
  /** Absent when the distribution's own name is the only one. */
  readonly siteUrl: string | undefined;
  readonly allowQuery: readonly string[];
  readonly tokenHashes: readonly string[];
  readonly jobsQueueUrl: string;
  readonly purgeQueueUrl: string;
}

export function readServeConfig(environment: Environment): ServeConfig {
  return readEnvironment<ServeConfig>(
    'the serve function',
    {
      ...PAGES_VARIABLES,
      siteUrl: ['ISR_SITE_URL', optionalText],
      allowQuery: ['ISR_ALLOW_QUERY', list],
      tokenHashes: ['ISR_TOKEN_HASHES', hashes],
      jobsQueueUrl: ['ISR_JOBS_QUEUE_URL', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
    },
    environment,
  );
}
