import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { SITE_ADDRESS_KEY } from '../handover/site-address.ts';

/** Rendered pages have a tag, by which the bucket's lifecycle deletes them after a while. */
export function grantPageWriting(bucket: Bucket, grantee: IGrantable): void {
  const actions = ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject'];
  bucket.grants.actionsOnObjectKeys(grantee, 'deployments/*', ...actions);
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/facts/*', 's3:GetObject', 's3:PutObject');
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/leases/*', 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
  grantListing(bucket, grantee);
}

/** To know what was revalidated, and to say it. */
export function grantLedger(bucket: Bucket, grantee: IGrantable): void {
  for (const keys of ['_isr/ledger.json', '_isr/ledger/*']) {
    bucket.grants.actionsOnObjectKeys(grantee, keys, 's3:GetObject', 's3:PutObject');
  }
  grantListing(bucket, grantee);
}

/** What only the distribution knows. */
export function grantSiteAddress(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, SITE_ADDRESS_KEY, 's3:GetObject');
  grantListing(bucket, grantee);
}

/** When the last purge was made. */
export function grantPurgePace(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/purge-pace.json', 's3:GetObject', 's3:PutObject');
  grantListing(bucket, grantee);
}

/** To say beforehand what may have to be purged. */
export function grantAnnouncing(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/purges/*', 's3:PutObject', 's3:DeleteObject');
}

/** To tell those who wait for a queued purge that it was made. */
export function grantTellingOfPurges(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/purges/made/*', 's3:PutObject');
}

/** To wait for a purge that is queued; `grantAnnouncing` allows to forget it then. */
export function grantFollowingPurges(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/purges/made/*', 's3:GetObject');
  grantListing(bucket, grantee);
}

/** What others announced and did not settle. */
export function grantAnnouncedPurges(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/purges/*', 's3:GetObject', 's3:DeleteObject');
  grantListing(bucket, grantee);
}

/** What only the site's visitors know the ids of. */
export function grantSessions(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/sessions/*', 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
}

/** Which deliveries of webhooks were done. */
export function grantDeliveries(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/webhooks/*', 's3:GetObject', 's3:PutObject');
}

/** To note which deployment comes after which. */
export function grantDeploymentNotes(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, '_isr/deployments/*', 's3:GetObject', 's3:PutObject');
}

/** To read the sources of images that are files of the build, and to keep what is made of them. */
export function grantImages(bucket: Bucket, grantee: IGrantable, deploymentId: string): void {
  bucket.grants.actionsOnObjectKeys(grantee, 'assets/*', 's3:GetObject');
  bucket.grants.actionsOnObjectKeys(grantee, `deployments/${deploymentId}/*`, 's3:GetObject');
  bucket.grants.actionsOnObjectKeys(grantee, 'images/*', 's3:GetObject', 's3:PutObject');
  grantListing(bucket, grantee);
}

function grantListing(bucket: Bucket, grantee: IGrantable): void {
  // Without it, S3 responds 403 for a missing object, as if access were denied:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
  );
}
