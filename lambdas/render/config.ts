import { text } from '../../lib/basics/checks.ts';
import { type Environment, readEnvironment } from '../../lib/basics/environment.ts';
import { PAGES_VARIABLES, type PagesConfig } from '../shared/pages.ts';

export interface RenderConfig extends PagesConfig {
  readonly siteUrl: string;
  readonly jobsQueueUrl: string;
  readonly purgeQueueUrl: string;
}

export function readRenderConfig(environment: Environment): RenderConfig {
  return readEnvironment<RenderConfig>(
    'the render function',
    {
      ...PAGES_VARIABLES,
      siteUrl: ['ISR_SITE_URL', text],
      jobsQueueUrl: ['ISR_JOBS_QUEUE_URL', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
    },
    environment,
  );
}
