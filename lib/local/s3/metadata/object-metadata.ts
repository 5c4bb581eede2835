import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../../aws-api/api-error.ts';
import type { ObjectMetadata } from '../store/stored-object.ts';
import { decodeMetadataValue } from './metadata-value.ts';

const MAX_KEY_BYTES = 1024;
const MAX_USER_METADATA_BYTES = 2048;
const USER_PREFIX = 'x-amz-meta-';
const SYSTEM_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
];

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new ApiError('KeyTooLongError', 'Your key is too long');
}

/** The metadata that a write gives its object. Throws ApiError when it is more than S3 keeps. */
export function metadataOf(headers: IncomingHttpHeaders): ObjectMetadata {
  const user = userMetadata(headers);
  checkSize(user);
  const system: Record<string, string> = { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
  for (const name of SYSTEM_HEADERS) {
    const value = headers[name];
    if (value !== undefined) system[name] = String(value);
  }
  const encoding = contentEncoding(headers);
  if (encoding !== '') system['content-encoding'] = encoding;
  return { system, user };
}

/** Without `aws-chunked`, which is about the way here. */
function contentEncoding(headers: IncomingHttpHeaders): string {
  return codingsOf(headers)
    .filter((coding) => coding !== 'aws-chunked' && coding !== '')
    .join(',');
}

export function codingsOf(headers: IncomingHttpHeaders): readonly string[] {
  return (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim());
}

function userMetadata(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => name.startsWith(USER_PREFIX) && value !== undefined)
      .map(([name, value]) => [name.slice(USER_PREFIX.length), decodeMetadataValue(String(value))]),
  );
}

/** Names count without their prefix. */
function checkSize(user: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(user)
    .map(([name, value]) => name.length + Buffer.byteLength(value))
    .reduce((sum, size) => sum + size, 0);
  if (bytes <= MAX_USER_METADATA_BYTES) return;
  const limit = `the maximum allowed metadata size of ${MAX_USER_METADATA_BYTES} bytes`;
  throw new ApiError('MetadataTooLarge', `Your metadata headers exceed ${limit}, got ${bytes}`);
}
