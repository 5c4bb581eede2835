import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CARRIED_HEADER, type Carried, carriedBy, headerOfCarried } from './carried.ts';
import { decodeAwsChunked, S3Error, type StoredObject } from './fauxqs.ts';
import { tagsOfHeader } from './tagging.ts';

type Headers = Record<string, string | string[] | undefined>;

const MAX_KEY_BYTES = 1024;
const MAX_METADATA_BYTES = 2048;
const METADATA_PREFIX = 'x-amz-meta-';

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long', 400);
}

/** User metadata is bounded by the bytes of its names (without `x-amz-meta-`) and values together. */
export function checkMetadata(headers: Headers): void {
  let bytes = 0;
  for (const [name, value] of metadataOf(headers)) {
    if (/[^\t\x20-\x7e]/.test(value)) {
      // S3 takes UTF-8 and answers an RFC 2047 form of it: nothing that the stack should come to rely on.
      throw new S3Error('NotImplemented', `metadata '${name}' is not ASCII; the local S3 stores ASCII only`, 501);
    }
    bytes += name.length + value.length;
  }
  if (bytes <= MAX_METADATA_BYTES) return;
  const message = `Your metadata headers exceed the maximum allowed metadata size of ${MAX_METADATA_BYTES} bytes, got ${bytes}`;
  throw new S3Error('MetadataTooLarge', message, 400);
}

/** Moves what fauxqs would drop into one header that it keeps. A copy keeps its source's tags. */
export function carryInHeaders(headers: Headers, copied?: StoredObject): void {
  delete headers[CARRIED_HEADER];
  const tagging = headers['x-amz-tagging'] ?? (copied && carriedBy(copied).tagging);
  if (tagging !== undefined) tagsOfHeader(String(tagging));
  const empty = metadataOf(headers).filter(([, value]) => value === '');
  const carried: Carried = {
    ...(headers.expires !== undefined && { expires: String(headers.expires) }),
    ...(tagging !== undefined && { tagging: String(tagging) }),
    ...(empty.length > 0 && { emptyMetadata: empty.map(([name]) => name) }),
  };
  headers[CARRIED_HEADER] = headerOfCarried(carried);
  headers['content-type'] ??= 'binary/octet-stream';
}

function metadataOf(headers: Headers): readonly (readonly [string, string])[] {
  return Object.entries(headers)
    .filter(([name, value]) => name.startsWith(METADATA_PREFIX) && value !== undefined)
    .map(([name, value]) => [name.slice(METADATA_PREFIX.length), String(value)]);
}

/**
 * The object's own bytes. Takes the `aws-chunked` transfer coding off the body and out of Content-Encoding (fauxqs takes
 * the other codings with it), and moves the trailing checksums into the headers.
 */
export function receiveBody(headers: Headers, sent: unknown): Buffer {
  const body = Buffer.isBuffer(sent) ? sent : Buffer.alloc(0);
  const codings = String(headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim());
  if (!codings.includes('aws-chunked')) return body;
  const kept = codings.filter((coding) => coding !== 'aws-chunked').join(',');
  if (kept === '') delete headers['content-encoding'];
  else headers['content-encoding'] = kept;
  const decoded = decodeAwsChunked(body);
  Object.assign(headers, decoded.trailers);
  return decoded.body;
}

const DIGESTS: Readonly<Record<string, (body: Buffer) => string>> = {
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
  'x-amz-checksum-crc32': (body) => base64OfUint32(crc32(body)),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
};

export function checkDigests(headers: Headers, body: Buffer): void {
  for (const [header, digestOf] of Object.entries(DIGESTS)) {
    const declared = headers[header];
    if (declared === undefined) continue;
    const actual = digestOf(body);
    if (declared === actual) continue;
    throw new S3Error('BadDigest', `${header} is '${declared}', and the body that arrived has '${actual}'`, 400);
  }
}

/** Signatures are not checked, but a signed body that is not the one sent shows a fault in the signer. */
export function checkSignedBody(headers: Headers, body: Buffer): void {
  const signed = String(headers['x-amz-content-sha256'] ?? '');
  // The other values say that the body is not signed, or that each chunk is.
  if (!/^[0-9a-f]{64}$/.test(signed) || signed === createHash('sha256').update(body).digest('hex')) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new S3Error('XAmzContentSHA256Mismatch', message, 400);
}

function base64OfUint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
