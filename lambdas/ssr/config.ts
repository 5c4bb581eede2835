import { text } from '../../lib/basics/checks.ts';
import { type Environment, hashes, list, readEnvironment } from '../../lib/basics/environment.ts';

export interface SsrConfig {
  readonly bucket: string;
  readonly deploymentId: string;
  readonly allowQuery: readonly string[];
  readonly tokenHashes: readonly string[];
  readonly purgeQueueUrl: string;
  readonly originSecret: string;
}

export function readSsrConfig(environment: Environment): SsrConfig {
  return readEnvironment<SsrConfig>(
    'the ssr function',
    {
      bucket: ['ISR_BUCKET', text],
      deploymentId: ['ISR_DEPLOYMENT_ID', text],
      allowQuery: ['ISR_ALLOW_QUERY', list],
      tokenHashes: ['ISR_TOKEN_HASHES', hashes],
      purgeQueueUrl: ['ISR_PURGE_QUEUE_URL', text],
      originSecret: ['ISR_ORIGIN_SECRET', text],
    },
    environment,
  );
}
