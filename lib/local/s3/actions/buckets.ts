import { element, timeElement, xmlResponse } from '../xml.ts';
import { type Action, bucketOf } from './action.ts';

export const listBuckets: Action = ({ store }) => {
  const buckets = [...store.buckets].map(
    ({ name, createdAt }) => `<Bucket>${element('Name', name)}${timeElement('CreationDate', createdAt)}</Bucket>`,
  );
  const owner = `<Owner>${element('ID', '000000000000')}</Owner>`;
  return xmlResponse('ListAllMyBucketsResult', `${owner}<Buckets>${buckets.join('')}</Buckets>`);
};

/** In us-east-1, and there alone, creating a bucket that one has is no error. */
export const createBucket: Action = ({ store, target }) => {
  store.createBucket(target.bucket);
  return { status: 200, headers: ['location', `/${target.bucket}`] };
};

export const headBucket: Action = (context) => {
  bucketOf(context);
  return { status: 200, headers: ['x-amz-bucket-region', 'us-east-1'] };
};

export const deleteBucket: Action = ({ store, target }) => {
  store.deleteBucket(target.bucket);
  return { status: 204, headers: [] };
};
