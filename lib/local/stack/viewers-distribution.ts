import { referencesIn } from '../cloudformation/references.ts';
import type { Template } from '../cloudformation/template.ts';

/**
 * The logical id of the distribution that viewers ask: the first one that is no origin of another. A distribution may be
 * an origin like any other server.
 */
export function viewersDistributionOf({ Resources }: Template): string | undefined {
  const distributions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::CloudFront::Distribution');
  const named = distributions.flatMap(([, { Properties = {} }]) => referencesIn(Properties).map(({ name }) => name));
  return distributions.map(([logicalId]) => logicalId).find((logicalId) => !named.includes(logicalId));
}
