import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Manifest } from '../build/manifest.ts';
import { type PageKey, pageKeyOf, type QueryParameter } from '../core/page/page-key.ts';

/**
 * After an error, Lambda calls the function twice more, one and two minutes later:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const RETRIES = Duration.minutes(5);

/** The step of a deployment in which `warm` renders its pages. Its attribute `Summary` says what came of it. */
export function createWarmUp(scope: Construct, warm: LambdaFunction, deploymentId: string): CustomResource {
  return new CustomResource(scope, 'WarmUp', {
    resourceType: 'Custom::IsrWarmUp',
    serviceToken: warm.functionArn,
    serviceTimeout: (warm.timeout ?? Duration.minutes(15)).plus(RETRIES),
    properties: { DeploymentId: deploymentId },
  });
}

/** The page keys of the paths that the configuration names. */
export function warmKeysOf({ isr, trailingSlash, hasHtmlEndings = false }: Manifest): readonly PageKey[] {
  return (isr.warm ?? []).flatMap((named) => {
    const [path = '', ...query] = named.split('?');
    const parameters = query.join('?').split('&').filter(Boolean).map(parameterOf);
    const result = pageKeyOf(path, parameters, { trailingSlash, hasHtmlEndings });
    return 'pageKey' in result ? [result.pageKey] : [];
  });
}

function parameterOf(pair: string): QueryParameter {
  const [name = '', ...value] = pair.split('=');
  return { name, value: value.join('=') };
}
