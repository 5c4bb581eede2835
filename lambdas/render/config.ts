import {
  type Environment,
  expiration,
  oneOf,
  positiveInteger,
  readEnvironment,
  text,
} from '../../lib/core/environment.ts';
import type { PagesConfig } from '../shared/pages.ts';

export interface RenderConfig extends PagesConfig {
  readonly siteUrl: string;
  readonly jobsQueueUrl: string;
  readonly purgeQueueUrl: string;
}

export function readRenderConfig(environment: Environment): RenderConfig {
  return readEnvironment<RenderConfig>(
    'the render function',
    {
      bucket: ['ISR_BUCKET', text],
      deploymentId: ['ISR_DEPLOYMENT_ID', text],
      siteUrl: ['ISR_SITE_URL', text],
      trailingSlash: ['ISR_TRAILING_SLASH', oneOf('always', 'never', 'ignore')],
      expiration: ['ISR_EXPIRATION', expiration],
      jobsQueueUrl: ['ISR_JOBS_QUEUE_URL', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
      renderTimeoutMs: ['ISR_RENDER_TIMEOUT_MS', positiveInteger],
    },
    environment,
  );
}
