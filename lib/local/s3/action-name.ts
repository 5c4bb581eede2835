import type { IncomingHttpHeaders } from 'node:http';
import type { Target } from './target.ts';

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

/** By method, what the path names, and the query parameters that choose. */
const ACTIONS = {
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
  'HEAD object partNumber': 'HeadObject',
  'PUT object': 'PutObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object partNumber uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
} as const;

export type ActionName = (typeof ACTIONS)[keyof typeof ACTIONS] | 'CopyObject' | 'UploadPartCopy';

const ACTION_BY_CHOICE: ReadonlyMap<string, ActionName> = new Map(Object.entries(ACTIONS));

/** The action that a request asks for; undefined when it is none that this machine implements. */
export function actionNameOf(method: string, target: Target, headers: IncomingHttpHeaders): ActionName | undefined {
  const action = ACTION_BY_CHOICE.get(choiceOf(method, target));
  if (headers['x-amz-copy-source'] === undefined) return action;
  if (action === 'PutObject') return 'CopyObject';
  return action === 'UploadPart' ? 'UploadPartCopy' : action;
}

function choiceOf(method: string, { bucket, key, query }: Target): string {
  const level = key !== '' ? 'object' : bucket !== '' ? 'bucket' : 'service';
  if (query.size === 0) return `${method} ${level}`;
  const choosing = [...query.keys()].filter(
    (name) => !REFINEMENTS.has(name) && !name.toLowerCase().startsWith('x-amz-'),
  );
  return [method, level, ...choosing.sort()].join(' ');
}
