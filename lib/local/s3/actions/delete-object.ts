import { XMLParser } from '../../../vendor/xml.ts';
import { ApiError } from '../../aws-api/api-error.ts';
import { receiveContent } from '../content/content.ts';
import { malformedXml } from '../errors.ts';
import { checkChange, conditionsOf } from '../preconditions.ts';
import type { Bucket } from '../store/bucket.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { element, xmlResponse } from '../xml.ts';
import { type Action, bucketOf } from './action.ts';

export const deleteObject: Action = (context) => {
  const { request, target, store } = context;
  const bucket = bucketOf(context);
  checkChange(conditionsOf(request.headers), bucket.get(target.key));
  store.delete(bucket, target.key);
  return { status: 204, headers: [] };
};

const MAX_KEYS = 1000;

interface Deletion {
  readonly Key: string;
  /** Deletes this version alone; `*` deletes what is there. */
  readonly ETag?: string;
}

interface DeleteRequest {
  readonly Delete?: { readonly Object?: readonly Deletion[]; readonly Quiet?: string };
}

export const deleteObjects: Action = async (context) => {
  const bucket = bucketOf(context);
  const { body } = await receiveContent(context.request);
  const { Delete } = parseRequest(body.toString());
  const deletions = Delete?.Object ?? [];
  if (deletions.length === 0 || deletions.length > MAX_KEYS) {
    throw malformedXml(`DeleteObjects takes 1 to ${MAX_KEYS} keys, got ${deletions.length}`);
  }
  const isQuiet = Delete?.Quiet === 'true';
  const lines = deletions.map((deletion) => deleteOne(context.store, bucket, deletion, isQuiet));
  return xmlResponse('DeleteResult', lines.join(''));
};

const parser = new XMLParser({
  // Keys are text as they stand: '0012' is no number, and ' a ' keeps its spaces.
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
  isArray: (name) => name === 'Object',
});

function parseRequest(body: string): DeleteRequest {
  try {
    return parser.parse(body) as DeleteRequest;
  } catch (error) {
    throw malformedXml(String(error));
  }
}

function deleteOne(store: ObjectStore, bucket: Bucket, { Key, ETag }: Deletion, isQuiet: boolean): string {
  try {
    checkChange({ match: ETag }, bucket.get(Key));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `<Error>${element('Key', Key)}${element('Code', error.code)}${element('Message', error.message)}</Error>`;
  }
  store.delete(bucket, Key);
  return isQuiet ? '' : `<Deleted>${element('Key', Key)}</Deleted>`;
}
