import { S3Error } from './fauxqs.ts';
import { element, xmlDocument } from './xml.ts';

type Tag = readonly [key: string, value: string];

/** Reads `x-amz-tagging`; limits from https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html. */
export function tagsOfHeader(tagging: string): readonly Tag[] {
  const tags = [...new URLSearchParams(tagging)];
  if (tags.length > 10) throw new S3Error('BadRequest', 'Object tags cannot be greater than 10', 400);
  const keys = new Set<string>();
  for (const [key, value] of tags) {
    if (key === '' || key.length > 128) throw invalidTag(`The TagKey you have provided is invalid: '${key}'`);
    if (value.length > 256) throw invalidTag(`The TagValue you have provided is invalid: '${value}'`);
    if (keys.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key');
    keys.add(key);
  }
  return tags;
}

function invalidTag(message: string): Error {
  return new S3Error('InvalidTag', message, 400);
}

/** The answer to GetObjectTagging. */
export function describeTags(tagging: string | undefined): string {
  const tags = tagsOfHeader(tagging ?? '').map(
    ([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`,
  );
  return xmlDocument('Tagging', `<TagSet>${tags.join('')}</TagSet>`);
}
