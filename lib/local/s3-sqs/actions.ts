/** One call of an AWS API, by the names that AWS gives to the action and to what it acts on. */
export interface ApiCall {
  readonly service: 's3' | 'sqs';
  readonly action: string;
  /** Object key, bucket name (actions on a whole bucket) or queue name. */
  readonly resource: string;
}

export interface ApiRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The path's two parts as fauxqs routes them; absent for `/`. */
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Query parameters that refine an action without choosing another one. */
const REFINEMENTS = new Set([
  'x-id',
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
  'start-after',
  'encoding-type',
  'fetch-owner',
]);

const S3_ACTIONS: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'DELETE bucket': 'DeleteBucket',
  'GET bucket list-type': 'ListObjectsV2',
  'POST bucket delete': 'DeleteObjects',
  'GET object': 'GetObject',
  'GET object partNumber': 'GetObject',
  'GET object attributes': 'GetObjectAttributes',
  'GET object tagging': 'GetObjectTagging',
  'HEAD object': 'HeadObject',
  'PUT object': 'PutObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object partNumber uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
};

/** The action that a request asks for; undefined when it is none that this server implements. */
export function apiCallOf(request: ApiRequest): ApiCall | undefined {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return queueCallOf(target, request);
  const action = objectActionOf(request);
  if (action === undefined) return undefined;
  return { service: 's3', action, resource: request.key || (request.bucket ?? '') };
}

function queueCallOf(target: string, { body }: ApiRequest): ApiCall {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const name = fields.QueueName ?? String(fields.QueueUrl ?? '').replace(/^.*\//, '');
  return { service: 'sqs', action: target.replace('AmazonSQS.', ''), resource: String(name) };
}

function objectActionOf({ method, headers, bucket, key, query }: ApiRequest): string | undefined {
  const level = key ? 'object' : bucket ? 'bucket' : 'service';
  const choosing = Object.keys(query)
    .filter((name) => !REFINEMENTS.has(name) && !name.toLowerCase().startsWith('x-amz-'))
    .sort();
  const action = S3_ACTIONS[[method, level, ...choosing].join(' ')];
  if (headers['x-amz-copy-source'] === undefined) return action;
  if (action === 'PutObject') return 'CopyObject';
  return action === 'UploadPart' ? 'UploadPartCopy' : action;
}
