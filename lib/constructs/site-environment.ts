import { Duration } from 'aws-cdk-lib';
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
  warmVariables,
} from '../handover/variables.ts';
import type { SiteQueues } from './site-queues.ts';
import type { SiteSettings } from './site-settings.ts';

export interface SiteEnvironmentProps {
  readonly manifest: Manifest;
  readonly settings: SiteSettings;
  readonly bucket: IBucket;
  readonly queues: SiteQueues;
  readonly originSecret: ISecret;
}

export type SiteEnvironment = Readonly<
  Record<'serve' | 'render' | 'revalidate' | 'live' | 'purge' | 'warm', Record<string, string>>
>;

/**
 * The environment of each function. Nothing in it is of the distribution: that comes after the edge function, which has to
 * come after all of them.
 */
export function siteEnvironment(props: SiteEnvironmentProps): SiteEnvironment {
  const values = valuesOf(props);
  const renderTimeoutMs = serveRenderTimeout(props.settings).toMilliseconds();
  return {
    serve: writeEnvironment(serveVariables, { ...values, renderTimeoutMs }),
    render: writeEnvironment(renderVariables, values),
    revalidate: writeEnvironment(revalidateVariables, values),
    live: writeEnvironment(liveVariables, values),
    purge: writeEnvironment(purgeVariables, values),
    warm: writeEnvironment(warmVariables, values),
  };
}

function valuesOf({ manifest, settings, bucket, queues, originSecret }: SiteEnvironmentProps) {
  const { deploymentId, isr, trailingSlash, hasHtmlEndings = false } = manifest;
  return {
    bucket: bucket.bucketName,
    deploymentId,
    trailingSlash,
    hasHtmlEndings,
    expiration: isr.expiration,
    siteUrl: settings.siteUrl,
    renderTimeoutMs: settings.renderTimeout.toMilliseconds(),
    jobTimeoutMs: settings.renderTimeout.toMilliseconds(),
    allowQuery: settings.queryParameters,
    tokenHashes: isr.tokenHashes,
    jobsQueueUrl: queues.jobs.queueUrl,
    purgeQueueUrl: queues.purges.queueUrl,
    originSecret: originSecret.secretValue.unsafeUnwrap(),
    warmPages: settings.warmPages,
    warmConcurrency: settings.warmConcurrency,
    warmTimeoutMs: settings.warmTimeout.toMilliseconds(),
  };
}

/** A viewer waits for this render. It has to end before CloudFront gives up, so that the old page can still be served. */
function serveRenderTimeout({ renderTimeout, originTimeout }: SiteSettings): Duration {
  const left = originTimeout.minus(Duration.seconds(2));
  return renderTimeout.toMilliseconds() < left.toMilliseconds() ? renderTimeout : left;
}
