import type { ObjectFacts } from '../store/stored-object.ts';
import { encodeMetadataValue } from './metadata-value.ts';
import { tagsOfHeader } from './tagging.ts';

/** The headers of a GET, a HEAD, and in part of a 304, names and values in turns. */
export function headersOf({ etag, lastModified, metadata, tagging }: ObjectFacts): readonly string[] {
  const user = Object.entries(metadata.user).flatMap(([name, value]) => [
    `x-amz-meta-${name}`,
    encodeMetadataValue(value),
  ]);
  return [
    'etag',
    etag,
    'last-modified',
    new Date(lastModified).toUTCString(),
    'accept-ranges',
    'bytes',
    ...Object.entries(metadata.system).flat(),
    ...user,
    ...(tagging === undefined ? [] : ['x-amz-tagging-count', String(tagsOfHeader(tagging).length)]),
  ];
}

/** What a cache has to update: RFC 9110, section 15.4.5. */
export function notModifiedHeaders({ etag, lastModified, metadata }: ObjectFacts): readonly string[] {
  const kept = Object.entries(metadata.system).filter(([name]) => name === 'cache-control' || name === 'expires');
  return ['etag', etag, 'last-modified', new Date(lastModified).toUTCString(), ...kept.flat()];
}
