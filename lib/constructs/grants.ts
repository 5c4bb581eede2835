import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

const PAGES = 'deployments/*';
const PRIVATE = '_isr/*';

export function grantPageReading(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, PAGES, 's3:GetObject');
  grantTellingMissing(bucket, grantee);
}

/** Rendered pages carry a tag, which is what lets them expire: see the bucket's lifecycle. */
export function grantPageWriting(bucket: Bucket, grantee: IGrantable): void {
  const actions = ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject'];
  bucket.grants.actionsOnObjectKeys(grantee, PAGES, ...actions);
  grantTellingMissing(bucket, grantee);
}

/** The ledger and the leases. */
export function grantLedger(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, PRIVATE, 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
}

/**
 * Without s3:ListBucket a missing object is a 403, as if access were denied:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
function grantTellingMissing(bucket: Bucket, grantee: IGrantable): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
  );
}
