import { type Environment, readEnvironment, text } from '../../lib/core/environment.ts';

export interface PurgeConfig {
  readonly distributionId: string;
}

export function readPurgeConfig(environment: Environment): PurgeConfig {
  return readEnvironment<PurgeConfig>(
    'the purge function',
    { distributionId: ['ISR_DISTRIBUTION_ID', text] },
    environment,
  );
}
