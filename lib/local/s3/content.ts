import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { ApiError } from '../aws-api/api-error.ts';
import type { ApiRequest } from '../aws-api/api-service.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { codingsOf } from './object-metadata.ts';
import type { Checksum } from './stored-object.ts';

/** The bytes that a client uploads, checked against all that it said of them. */
export interface Content {
  readonly body: Buffer;
  /** Hexadecimal. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

/** Throws ApiError when the bytes that arrived are not those that were sent. */
export async function receiveContent(request: ApiRequest): Promise<Content> {
  const { headers } = request;
  const sent = await request.body();
  checkSignedBody(headers, sent);
  const isChunked = codingsOf(headers).includes('aws-chunked') || isStreaming(headers);
  const { body: content, trailers } = isChunked ? decodeAwsChunked(sent) : { body: sent, trailers: {} };
  checkLength(headers, content);
  const md5 = hash('md5', content);
  checkDigest('content-md5', headers['content-md5'], () => Buffer.from(md5, 'hex').toString('base64'));
  return { body: content, md5, checksum: checkedSum({ ...headers, ...trailers }, content) };
}

/** Any value but a hash says that the body is not signed, or that each chunk of it is. */
function checkSignedBody(headers: IncomingHttpHeaders, body: Buffer): void {
  const signed = String(headers['x-amz-content-sha256'] ?? '');
  if (!/^[0-9a-f]{64}$/.test(signed) || signed === hash('sha256', body)) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new ApiError('XAmzContentSHA256Mismatch', message);
}

function isStreaming(headers: IncomingHttpHeaders): boolean {
  return String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

function checkLength(headers: IncomingHttpHeaders, content: Buffer): void {
  const announced = headers['x-amz-decoded-content-length'];
  if (announced === undefined || Number(announced) === content.length) return;
  const message = `x-amz-decoded-content-length is ${announced}, and ${content.length} bytes arrived`;
  throw new ApiError('IncompleteBody', message);
}

/** The checksums that Node can compute. Others are taken unseen. */
const SUMS: Readonly<Record<string, (body: Buffer) => string>> = {
  'x-amz-checksum-crc32': (body) => base64OfUint32(crc32(body)),
  'x-amz-checksum-sha1': (body) => hash('sha1', body, 'base64'),
  'x-amz-checksum-sha256': (body) => hash('sha256', body, 'base64'),
};

function checkedSum(headers: IncomingHttpHeaders, body: Buffer): Checksum | undefined {
  for (const [header, sumOf] of Object.entries(SUMS)) {
    const declared = headers[header];
    if (declared === undefined) continue;
    checkDigest(header, declared, () => sumOf(body));
    return { header, value: String(declared) };
  }
  return undefined;
}

function checkDigest(header: string, declared: string | string[] | undefined, digest: () => string): void {
  if (declared === undefined) return;
  const actual = digest();
  if (declared === actual) return;
  throw new ApiError('BadDigest', `${header} is '${declared}', and the body that arrived has '${actual}'`);
}

function base64OfUint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
