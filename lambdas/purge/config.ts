import { text } from '../../lib/basics/checks.ts';
import { type Environment, readEnvironment } from '../../lib/basics/environment.ts';

export interface PurgeConfig {
  readonly bucket: string;
  readonly purgeQueueUrl: string;
  readonly distributionId: string;
}

export function readPurgeConfig(environment: Environment): PurgeConfig {
  return readEnvironment<PurgeConfig>(
    'the purge function',
    {
      bucket: ['ISR_BUCKET', text],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
      distributionId: ['ISR_DISTRIBUTION_ID', text],
    },
    environment,
  );
}
