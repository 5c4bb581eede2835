import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../../aws-api/api-error.ts';
import { digest } from '../content/digest.ts';
import { invalidArgument, noSuchKey, preconditionFailed } from '../errors.ts';
import { checkKey, metadataOf } from '../metadata/object-metadata.ts';
import { checkTagging } from '../metadata/tagging.ts';
import { checkChange, conditionsOf, judgeRead } from '../preconditions.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { etagOf, type StoredObject } from '../store/stored-object.ts';
import { element, timeElement, xmlResponse } from '../xml.ts';
import { type Action, type ActionContext, bucketOf } from './action.ts';

export const copyObject: Action = async (context) => {
  const { request, target, store } = context;
  const { key } = target;
  const bucket = bucketOf(context);
  checkKey(key);
  const source = copySource(request.headers, store);
  if (source === bucket.get(key) && !isReplacing(request.headers)) throw copiesToItself();
  const bytes = source.body.readAll();
  const etag = etagOf(await digest('md5', bytes));
  const copy = { key, etag, ...copiedFacts(context, source), checksum: source.checksum };
  const check = () => checkChange(conditionsOf(request.headers), bucket.get(key));
  const { lastModified } = await store.write(bucket, copy, bytes, check);
  return xmlResponse('CopyObjectResult', timeElement('LastModified', lastModified) + element('ETag', etag));
};

/** The object that `x-amz-copy-source` names. Throws ApiError when there is none, or its own conditions do not hold. */
export function copySource(headers: IncomingHttpHeaders, store: ObjectStore): StoredObject {
  const path = decodeURIComponent(String(headers['x-amz-copy-source'])).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash < 0) throw invalidArgument(`Copy Source must mention the source bucket and key: '${path}'`);
  const source = store.bucket(path.slice(0, slash)).get(path.slice(slash + 1));
  if (source === undefined) throw noSuchKey();
  const condition = (name: string) => headers[`x-amz-copy-source-if-${name}`] as string | undefined;
  const conditions = {
    match: condition('match'),
    noneMatch: condition('none-match'),
    modifiedSince: condition('modified-since'),
    unmodifiedSince: condition('unmodified-since'),
  };
  if (judgeRead(conditions, source) !== 'read') throw preconditionFailed();
  return source;
}

function isReplacing(headers: IncomingHttpHeaders): boolean {
  return headers['x-amz-metadata-directive'] === 'REPLACE';
}

function copiesToItself(): ApiError {
  const rule =
    "without changing the object's metadata, storage class, website redirect location or encryption attributes";
  const message = `This copy request is illegal because it is trying to copy an object to itself ${rule}.`;
  return new ApiError('InvalidRequest', message);
}

function copiedFacts({ request }: ActionContext, source: StoredObject): Pick<StoredObject, 'metadata' | 'tagging'> {
  const { headers } = request;
  return {
    metadata: isReplacing(headers) ? metadataOf(headers) : source.metadata,
    tagging: headers['x-amz-tagging-directive'] === 'REPLACE' ? checkTagging(headers['x-amz-tagging']) : source.tagging,
  };
}
