import type { IncomingHttpHeaders } from 'node:http';
import type { Need } from '../iam/access-control.ts';
import type { ActionName } from './action-name.ts';
import type { Target } from './target.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
const OBJECT_ACTIONS: Partial<Record<ActionName, readonly string[]>> = {
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  CompleteMultipartUpload: ['s3:PutObject'],
  CopyObject: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  DeleteObject: ['s3:DeleteObject'],
  GetObject: ['s3:GetObject'],
  GetObjectAttributes: ['s3:GetObject', 's3:GetObjectAttributes'],
  GetObjectTagging: ['s3:GetObjectTagging'],
  HeadObject: ['s3:GetObject'],
  PutObject: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  UploadPartCopy: ['s3:PutObject'],
};

const BUCKET_ACTIONS: Partial<Record<ActionName, string>> = {
  CreateBucket: 's3:CreateBucket',
  DeleteBucket: 's3:DeleteBucket',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
};

/** The permissions that a call needs. */
export function needsOf(action: ActionName, { bucket, key }: Target, headers: IncomingHttpHeaders): readonly Need[] {
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const onBucket = BUCKET_ACTIONS[action];
  if (onBucket !== undefined) return [{ action: onBucket, resource: bucketArn }];
  if (action === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  // Its keys stand in the body.
  if (action === 'DeleteObjects') return [{ action: 's3:DeleteObject', resource: `${bucketArn}/*` }];
  const actions = [...(OBJECT_ACTIONS[action] ?? []), ...conditionalActions(headers)];
  return actions.map((name) => ({ action: name, resource: `${bucketArn}/${key}` }));
}

/** Who may not list a bucket is not told that an object is missing, but that access is denied. */
export function listingNeedOf({ bucket }: Target): Need {
  return { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` };
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: If-Match reads what is there.
function conditionalActions(headers: IncomingHttpHeaders): readonly string[] {
  return [
    ...(headers['x-amz-tagging'] === undefined ? [] : ['s3:PutObjectTagging']),
    ...(headers['if-match'] === undefined ? [] : ['s3:GetObject']),
  ];
}
