import { ApiError } from '../../aws-api/api-error.ts';
import type { ApiResponse } from '../../aws-api/api-service.ts';
import { element, xmlResponse } from '../xml.ts';

type Tag = readonly [key: string, value: string];

/** Reads `x-amz-tagging`; limits from https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html. */
export function tagsOfHeader(tagging: string): readonly Tag[] {
  const tags = [...new URLSearchParams(tagging)];
  if (tags.length > 10) throw new ApiError('BadRequest', 'Object tags cannot be greater than 10');
  const keys = new Set<string>();
  for (const [key, value] of tags) {
    if (key === '' || key.length > 128) throw invalidTag(`The TagKey you have provided is invalid: '${key}'`);
    if (value.length > 256) throw invalidTag(`The TagValue you have provided is invalid: '${value}'`);
    if (keys.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key');
    keys.add(key);
  }
  return tags;
}

/** The header of a write as it will be kept. Throws ApiError for what it does not take. */
export function checkTagging(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  tagsOfHeader(String(header));
  return String(header);
}

function invalidTag(message: string): ApiError {
  return new ApiError('InvalidTag', message);
}

/** The response to GetObjectTagging. */
export function describeTags(tagging: string | undefined): ApiResponse {
  const tags = tagsOfHeader(tagging ?? '').map(
    ([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`,
  );
  return xmlResponse('Tagging', `<TagSet>${tags.join('')}</TagSet>`);
}
