import { Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** CloudFront takes 64 characters. The longest region, such as `ap-southeast-1`, has 14; one is for the hyphen. */
const LONGEST_NAME = 64 - 14 - 1;

/**
 * A name for a function, policy or access control of CloudFront. They belong to no region, so their names have to
 * differ in the whole account: from stack to stack, also where two have the same construct path, and from region to
 * region. The names that CDK makes for them leave out one or the other.
 */
export function edgeNameOf(scope: Construct, id: string): string {
  // The hash is made of the whole path, so that what is cut off still counts.
  const name = Names.uniqueResourceName(scope, { maxLength: LONGEST_NAME - id.length });
  return `${name}${id}-${Stack.of(scope).region}`;
}
