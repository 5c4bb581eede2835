import { XMLParser } from '../../../vendor/xml.ts';
import { receiveContent } from '../content/content.ts';
import { digest } from '../content/digest.ts';
import { invalidArgument, malformedXml } from '../errors.ts';
import { checkKey, metadataOf } from '../metadata/object-metadata.ts';
import { checkTagging } from '../metadata/tagging.ts';
import { checkChange, conditionsOf } from '../preconditions.ts';
import { rangeOf } from '../range.ts';
import { etagOf } from '../store/stored-object.ts';
import { joinParts, type NamedPart, type Upload } from '../store/uploads.ts';
import { element, timeElement, xmlResponse } from '../xml.ts';
import { type Action, type ActionContext, bucketOf } from './action.ts';
import { copySource } from './copy-object.ts';

export const createMultipartUpload: Action = (context) => {
  const { request, target, uploads } = context;
  bucketOf(context);
  checkKey(target.key);
  const metadata = metadataOf(request.headers);
  const tagging = checkTagging(request.headers['x-amz-tagging']);
  const id = uploads.begin({ bucket: target.bucket, key: target.key, metadata, tagging });
  const fields = [element('Bucket', target.bucket), element('Key', target.key), element('UploadId', id)];
  return xmlResponse('InitiateMultipartUploadResult', fields.join(''));
};

export const uploadPart: Action = async (context) => {
  const number = partNumberOf(context);
  uploadOf(context);
  const { body, md5, checksum } = await receiveContent(context.request);
  uploadOf(context).parts.set(number, { bytes: body, md5 });
  return { status: 200, headers: ['etag', etagOf(md5), ...(checksum ? [checksum.header, checksum.value] : [])] };
};

export const uploadPartCopy: Action = async (context) => {
  const { request, store } = context;
  const source = copySource(request.headers, store);
  const header = request.headers['x-amz-copy-source-range'];
  const range = header === undefined ? { start: 0, end: source.size } : rangeOf(String(header), source.size);
  if (range === 'whole' || range === 'unsatisfiable') {
    throw invalidArgument(`Range '${header}' is not valid for source object of size: ${source.size}`);
  }
  const bytes = source.body.readAll().subarray(range.start, range.end);
  const md5 = await digest('md5', bytes);
  uploadOf(context).parts.set(partNumberOf(context), { bytes, md5 });
  return xmlResponse('CopyPartResult', timeElement('LastModified', source.lastModified) + element('ETag', etagOf(md5)));
};

export const completeMultipartUpload: Action = async (context) => {
  const { request, target, store, uploads } = context;
  const { key, bucket: bucketName, query } = target;
  const bucket = bucketOf(context);
  const { body } = await receiveContent(request);
  const upload = uploadOf(context);
  const { bytes, etag, partSizes } = joinParts(upload, namedParts(body.toString()));
  const object = { key, etag, metadata: upload.metadata, tagging: upload.tagging, partSizes };
  await store.write(bucket, object, bytes, () => checkChange(conditionsOf(request.headers), bucket.get(key)));
  uploads.end(query.get('uploadId'));
  const location = element('Location', `http://${request.headers.host}/${bucketName}/${encodeURIComponent(key)}`);
  const fields = [location, element('Bucket', bucketName), element('Key', key), element('ETag', etag)];
  return xmlResponse('CompleteMultipartUploadResult', fields.join(''));
};

export const abortMultipartUpload: Action = (context) => {
  uploadOf(context);
  context.uploads.end(context.target.query.get('uploadId'));
  return { status: 204, headers: [] };
};

function uploadOf({ uploads, target }: ActionContext): Upload {
  return uploads.find(target.query.get('uploadId'), target.bucket, target.key);
}

function partNumberOf({ target }: ActionContext): number {
  const number = Number(target.query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
}

const parser = new XMLParser({ parseTagValue: false, htmlEntities: true, isArray: (name) => name === 'Part' });

interface CompleteRequest {
  readonly CompleteMultipartUpload?: {
    readonly Part?: readonly { readonly PartNumber?: string; readonly ETag?: string }[];
  };
}

function namedParts(body: string): readonly NamedPart[] {
  let request: CompleteRequest;
  try {
    request = parser.parse(body) as CompleteRequest;
  } catch (error) {
    throw malformedXml(String(error));
  }
  const parts = request.CompleteMultipartUpload?.Part ?? [];
  if (parts.length === 0) throw malformedXml('You must specify at least one part');
  return parts.map(({ PartNumber, ETag }) => ({ number: Number(PartNumber), etag: ETag ?? '' }));
}
