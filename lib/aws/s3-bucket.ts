import { IsrError, reasonOf } from '../basics/errors.ts';
import type { Bucket, StoredObject, WriteCondition } from '../core/bucket/bucket.ts';
import { encodeStrictly } from '../core/page/page-key.ts';
import { type AwsAnswer, type AwsCall, type AwsClient, describeFailure } from './client.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: 412 when the condition does not hold,
// 409 when another write to the key is under way, 404 for If-Match on a key that is gone.
const CONFLICTS = new Set([404, 409, 412]);

export function openS3Bucket(bucket: string, aws: AwsClient): Bucket {
  const call = async (key: string, request: Omit<AwsCall, 'service' | 'path' | 'bucket'>): Promise<AwsAnswer> => {
    const path = `/${key.split('/').map(encodeStrictly).join('/')}`;
    try {
      return await aws({ service: 's3', bucket, path, ...request });
    } catch (error) {
      throw unavailable(bucket, key, reasonOf(error), error);
    }
  };
  const refuse = (key: string, method: AwsCall['method'], answer: AwsAnswer): never => {
    throw unavailable(bucket, key, describeFailure({ service: 's3', method, path: key }, answer));
  };
  const getUnless: Bucket['getUnless'] = async (key, etag) => {
    const answer = await call(key, {
      method: 'GET',
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    });
    if (answer.status === 304) return 'unchanged';
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) return refuse(key, 'GET', answer);
    return { body: answer.body, etag: answer.headers.etag ?? '', headers: answer.headers };
  };
  return {
    getUnless,
    get: async (key) => (await getUnless(key, undefined)) as StoredObject | undefined,
    async put(key, body, { headers = {}, condition } = {}) {
      const answer = await call(key, { method: 'PUT', body, headers: { ...headers, ...conditionHeaders(condition) } });
      if (answer.status === 200) return answer.headers.etag ?? '';
      return condition !== undefined && CONFLICTS.has(answer.status) ? 'conflict' : refuse(key, 'PUT', answer);
    },
    async remove(key, etag) {
      const answer = await call(key, {
        method: 'DELETE',
        ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
      });
      if (answer.status === 204 || answer.status === 200 || answer.status === 404) return 'removed';
      return CONFLICTS.has(answer.status) ? 'conflict' : refuse(key, 'DELETE', answer);
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
