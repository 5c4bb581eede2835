import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

const PAGES = 'deployments/*';
const PRIVATE = '_isr/*';
const PURGE_PACE = '_isr/purge-pace.json';

/** Rendered pages carry a tag, which is what lets them expire: see the bucket's lifecycle. */
export function grantPageWriting(bucket: Bucket, grantee: IGrantable): void {
  const actions = ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject'];
  bucket.grants.actionsOnObjectKeys(grantee, PAGES, ...actions);
}

/** When the last purge was made. */
export function grantPurgePace(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, PURGE_PACE, 's3:GetObject', 's3:PutObject');
  grantListing(bucket, grantee);
}

/** The ledger, leases and facts. */
export function grantPrivateObjects(bucket: Bucket, grantee: IGrantable): void {
  bucket.grants.actionsOnObjectKeys(grantee, PRIVATE, 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
  grantListing(bucket, grantee);
}

function grantListing(bucket: Bucket, grantee: IGrantable): void {
  // Without it a missing object is a 403, as if access were denied:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
  );
}
