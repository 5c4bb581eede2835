import { posix } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Manifest } from '../build/manifest.ts';
import { type PageKey, pageKeyOf, type QueryParameter, type UrlStyle } from '../core/page/page-key.ts';
import type { WarmFile } from '../handover/deployments.ts';

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

/** As @astrojs/sitemap names it, and as most others do. */
const SITEMAPS = ['sitemap-index.xml', 'sitemap.xml'];

/** What `isr.warm` of the configuration comes to. */
export function warmFileOf({ isr, base, trailingSlash, hasHtmlEndings = false }: Manifest): WarmFile {
  const { warm = [] } = isr;
  const style: UrlStyle = { trailingSlash, hasHtmlEndings };
  const pageKeysOf = (paths: readonly string[]) => paths.flatMap((path) => pageKeyOfPath(path, style));
  return {
    pageKeys: warm === 'sitemap' ? [] : pageKeysOf(warm),
    sitemaps: warm === 'sitemap' ? pageKeysOf(SITEMAPS.map((name) => posix.join(base, name))) : [],
    hasHtmlEndings,
  };
}

function pageKeyOfPath(named: string, style: UrlStyle): readonly PageKey[] {
  const [path = '', ...query] = named.split('?');
  const parameters = query.join('?').split('&').filter(Boolean).map(parameterOf);
  const result = pageKeyOf(path, parameters, style);
  return 'pageKey' in result ? [result.pageKey] : [];
}

function parameterOf(pair: string): QueryParameter {
  const [name = '', ...value] = pair.split('=');
  return { name, value: value.join('=') };
}
