import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Manifest } from '../build/manifest.ts';
import type { SiteSettings } from './site-settings.ts';

/** The bucket for everything: pages of each deployment, hashed files, and below `_isr/` what ISR itself needs. */
export function createSiteBucket(scope: Construct, settings: SiteSettings, { sessions }: Manifest): Bucket {
  return new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: settings.removalPolicy,
    autoDeleteObjects: settings.removalPolicy === RemovalPolicy.DESTROY,
    lifecycleRules: [
      { id: 'leases', prefix: '_isr/leases/', expiration: Duration.days(1) },
      // Long done, by the function that announced them or by the purge function.
      { id: 'purges', prefix: '_isr/purges/', expiration: Duration.days(15) },
      // Where the vendor signs the time, an older delivery is refused because of its age.
      { id: 'webhooks', prefix: '_isr/webhooks/', expiration: Duration.days(1) },
      ...(sessions === undefined ? [] : [sessionRule(sessions.retentionSeconds)]),
      // Prerendered pages do not have this tag: only a new build could make them again.
      { id: 'rendered-pages', tagFilters: { isr: 'rendered' }, expiration: settings.pageRetention },
      // They are written right before their page, so they must live a little longer.
      { id: 'page-facts', prefix: '_isr/facts/', expiration: settings.pageRetention.plus(Duration.days(1)) },
      // Made again when they are asked for: the edge has most of them for longer.
      { id: 'images', prefix: 'images/', expiration: Duration.days(90) },
      { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
  });
}

/** Sessions that are over are read as absent at once. S3 takes its time, and counts whole days. */
function sessionRule(retentionSeconds: number): LifecycleRule {
  const days = Math.ceil(retentionSeconds / Duration.days(1).toSeconds()) + 1;
  return { id: 'sessions', prefix: '_isr/sessions/', expiration: Duration.days(days) };
}
