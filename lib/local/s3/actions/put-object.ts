import { receiveContent } from '../content/content.ts';
import { checkKey, metadataOf } from '../metadata/object-metadata.ts';
import { checkTagging } from '../metadata/tagging.ts';
import { checkChange, checkForm, conditionsOf } from '../preconditions.ts';
import { etagOf } from '../store/stored-object.ts';
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
    const etag = etagOf(md5);
    await context.store.write(bucket, { ...facts, etag, checksum }, body, () => {
      if (conditions.noneMatch !== undefined) pending.checkUndisturbed();
      checkChange(conditions, bucket.get(target.key));
    });
    return { status: 200, headers: ['etag', etag, ...(checksum ? [checksum.header, checksum.value] : [])] };
  } finally {
    pending.end();
  }
};
