import { IsrError, reasonOf } from '../basics/errors.ts';
import { percentEncode } from '../basics/percent-encoding.ts';
import type { Bucket, StoredObject, WriteCondition } from '../core/bucket/bucket.ts';
import { type AwsCall, type AwsClient, AwsRefusal, type AwsResponse } from './client.ts';

// 412: the condition does not hold. 409: another write to the key is under way. 404: If-Match on a key without an object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
const CONFLICTS = new Set([404, 409, 412]);

export function openS3Bucket(bucket: string, aws: AwsClient): Bucket {
  const call = async (key: string, request: Omit<AwsCall, 'service' | 'path' | 'bucket'>): Promise<AwsResponse> => {
    const path = `/${key.split('/').map(percentEncode).join('/')}`;
    try {
      return await aws({ service: 's3', bucket, path, ...request });
    } catch (error) {
      throw unavailable(bucket, key, reasonOf(error), error);
    }
  };
  const refuse = (key: string, method: AwsCall['method'], response: AwsResponse): never => {
    const refusal = new AwsRefusal({ service: 's3', method, path: key }, response);
    throw unavailable(bucket, key, refusal.message, refusal);
  };
  const getUnless: Bucket['getUnless'] = async (key, etag) => {
    const response = await call(key, {
      method: 'GET',
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    });
    if (response.status === 304) return 'unchanged';
    if (response.status === 404) return undefined;
    if (response.status !== 200) return refuse(key, 'GET', response);
    return { body: response.body, etag: response.headers.etag ?? '', headers: response.headers };
  };
  return {
    getUnless,
    get: async (key) => (await getUnless(key, undefined)) as StoredObject | undefined,
    async put(key, body, { headers = {}, condition } = {}) {
      const response = await call(key, {
        method: 'PUT',
        body,
        headers: { ...headers, ...conditionHeaders(condition) },
      });
      if (response.status === 200) return response.headers.etag ?? '';
      return condition !== undefined && CONFLICTS.has(response.status) ? 'conflict' : refuse(key, 'PUT', response);
    },
    async remove(key, etag) {
      const response = await call(key, {
        method: 'DELETE',
        ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
      });
      if (response.status === 204 || response.status === 200 || response.status === 404) return 'removed';
      return CONFLICTS.has(response.status) ? 'conflict' : refuse(key, 'DELETE', response);
    },
  };
}

function conditionHeaders(condition: WriteCondition | undefined): Record<string, string> {
  if (condition === undefined) return {};
  return 'absent' in condition ? { 'if-none-match': '*' } : { 'if-match': condition.etag };
}

function unavailable(bucket: string, key: string, reason: string, cause?: unknown): IsrError {
  const message = `cannot use '${key}' in bucket '${bucket}': ${reason}; check that the function's role may read and write it`;
  return new IsrError('PAGE_STORE_UNAVAILABLE', message, { cause });
}
