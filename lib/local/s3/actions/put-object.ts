import { receiveContent } from '../content.ts';
import { checkKey, metadataOf } from '../object-metadata.ts';
import { checkChange, conditionsOf } from '../preconditions.ts';
import { checkTagging } from '../tagging.ts';
import { type Action, bucketOf } from './action.ts';

export const putObject: Action = async (context) => {
  const { request, target, store } = context;
  const { key } = target;
  const bucket = bucketOf(context);
  checkKey(key);
  const metadata = metadataOf(request.headers);
  const tagging = checkTagging(request.headers['x-amz-tagging']);
  const conditions = conditionsOf(request.headers);
  checkChange({ noneMatch: conditions.noneMatch }, undefined);
  const pending = bucket.pendingWrites.begin(key);
  const { body, md5, checksum } = await receiveContent(request).finally(pending.end);
  if (conditions.noneMatch !== undefined) pending.settle();
  checkChange(conditions, bucket.get(key));
  const { etag } = store.put(bucket, { key, etag: `"${md5}"`, metadata, tagging, checksum }, body);
  return { status: 200, headers: ['etag', etag, ...(checksum ? [checksum.header, checksum.value] : [])] };
};
