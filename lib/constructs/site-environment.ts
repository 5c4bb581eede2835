import { Duration, Lazy } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { writeEnvironment } from '../basics/environment.ts';
import type { Manifest } from '../build/manifest.ts';
import {
  liveVariables,
  purgeVariables,
  renderVariables,
  revalidateVariables,
  serveVariables,
} from '../handover/variables.ts';
import type { SiteQueues } from './site-queues.ts';
import type { SiteSettings } from './site-settings.ts';

export interface SiteEnvironmentProps {
  readonly manifest: Manifest;
  readonly settings: SiteSettings;
  readonly bucket: IBucket;
  readonly queues: SiteQueues;
  readonly originSecret: ISecret;
  /** Called when the template is written. Before that, the distribution does not exist, since it needs the functions. */
  readonly distribution: () => IDistribution;
}

export type SiteEnvironment = Readonly<
  Record<'serve' | 'render' | 'revalidate' | 'live' | 'purge', Record<string, string>>
>;

/** The environment of each function. */
export function siteEnvironment(props: SiteEnvironmentProps): SiteEnvironment {
  const { settings, distribution } = props;
  const values = {
    ...valuesOf(props),
    distributionId: Lazy.string({ produce: () => distribution().distributionId }),
  };
  const ownUrl = Lazy.string({ produce: () => `https://${distribution().distributionDomainName}` });
  const siteUrl = settings.siteUrl ?? ownUrl;
  const renderTimeoutMs = serveRenderTimeout(settings).toMilliseconds();
  return {
    serve: writeEnvironment(serveVariables, { ...values, siteUrl: settings.siteUrl, renderTimeoutMs }),
    render: writeEnvironment(renderVariables, { ...values, siteUrl }),
    revalidate: writeEnvironment(revalidateVariables, { ...values, siteUrl }),
    live: writeEnvironment(liveVariables, values),
    purge: writeEnvironment(purgeVariables, values),
  };
}

function valuesOf({ manifest, settings, bucket, queues, originSecret }: SiteEnvironmentProps) {
  const { deploymentId, isr, trailingSlash } = manifest;
  return {
    bucket: bucket.bucketName,
    deploymentId,
    trailingSlash,
    expiration: isr.expiration,
    renderTimeoutMs: settings.renderTimeout.toMilliseconds(),
    allowQuery: settings.queryParameters,
    tokenHashes: isr.tokenHashes,
    jobsQueueUrl: queues.jobs.queueUrl,
    purgeQueueUrl: queues.purges.queueUrl,
    originSecret: originSecret.secretValue.unsafeUnwrap(),
  };
}

/** A viewer waits for this render. It has to end before CloudFront gives up, so that the old page can still be served. */
function serveRenderTimeout({ renderTimeout, originTimeout }: SiteSettings): Duration {
  const left = originTimeout.minus(Duration.seconds(2));
  return renderTimeout.toMilliseconds() < left.toMilliseconds() ? renderTimeout : left;
}
