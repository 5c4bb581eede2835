import { receiveContent } from '../content.ts';
import { checkKey, metadataOf } from '../object-metadata.ts';
import { checkChange, checkForm, conditionsOf } from '../preconditions.ts';
import { checkTagging } from '../tagging.ts';
import { type Action, bucketOf } from './action.ts';

export const putObject: Action = async (context) => {
  const { request, target } = context;
  const bucket = bucketOf(context);
  checkKey(target.key);
  const facts = {
    key: target.key,
    metadata: metadataOf(request.headers),
    tagging: checkTagging(request.headers['x-amz-tagging']),
  };
  const conditions = conditionsOf(request.headers);
  checkForm(conditions);
  const pending = bucket.pendingWrites.begin(target.key);
  try {
    const { body, md5, checksum } = await receiveContent(request);
    if (conditions.noneMatch !== undefined) pending.checkUndisturbed();
    checkChange(conditions, bucket.get(target.key));
    const { etag } = context.store.put(bucket, { ...facts, etag: `"${md5}"`, checksum }, body);
    return { status: 200, headers: ['etag', etag, ...(checksum ? [checksum.header, checksum.value] : [])] };
  } finally {
    pending.end();
  }
};
