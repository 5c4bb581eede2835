import { describeTags } from '../metadata/tagging.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { element, xmlResponse } from '../xml.ts';
import type { Action } from './action.ts';
import { existing } from './read-object.ts';

export const getObjectTagging: Action = (context) => describeTags(existing(context).tagging);

export const getObjectAttributes: Action = (context) => {
  const object = existing(context);
  const wanted = String(context.request.headers['x-amz-object-attributes'] ?? '').split(/\s*,\s*/);
  const fields = wanted.map((name) => DESCRIPTIONS.get(name)?.(object) ?? '');
  return xmlResponse('GetObjectAttributesResponse', fields.join(''));
};

const DESCRIPTIONS: ReadonlyMap<string, (object: StoredObject) => string> = new Map([
  // Here, and here alone, without its quotes.
  ['ETag', ({ etag }: StoredObject) => element('ETag', etag.replaceAll('"', ''))],
  ['ObjectSize', ({ size }: StoredObject) => element('ObjectSize', size)],
  ['StorageClass', () => element('StorageClass', 'STANDARD')],
  ['ObjectParts', ({ partSizes }: StoredObject) => partsElement(partSizes)],
  ['Checksum', ({ checksum }: StoredObject) => checksumElement(checksum)],
]);

function partsElement(partSizes: StoredObject['partSizes']): string {
  return partSizes === undefined ? '' : `<ObjectParts>${element('PartsCount', partSizes.length)}</ObjectParts>`;
}

function checksumElement(checksum: StoredObject['checksum']): string {
  if (checksum === undefined) return '';
  const name = `Checksum${checksum.header.replace('x-amz-checksum-', '').toUpperCase()}`;
  return `<Checksum>${element(name, checksum.value)}${element('ChecksumType', 'FULL_OBJECT')}</Checksum>`;
}
