import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../../aws-api/api-error.ts';
import type { ApiRequest } from '../../aws-api/api-service.ts';
import { codingsOf } from '../metadata/object-metadata.ts';
import type { Checksum } from '../store/stored-object.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { crc32, digest } from './digest.ts';

/** The bytes that a client uploads, checked against all that it said of them. */
export interface Content {
  readonly body: Buffer;
  readonly md5: Buffer;
  readonly checksum: Checksum | undefined;
}

/** Throws ApiError when the bytes that arrived are not those that were sent. */
export async function receiveContent(request: ApiRequest): Promise<Content> {
  const { headers } = request;
  const sent = await request.body();
  await checkSignedBody(headers, sent);
  const isChunked = codingsOf(headers).includes('aws-chunked') || isStreaming(headers);
  const { body, trailers } = isChunked ? decodeAwsChunked(sent) : { body: sent, trailers: {} };
  checkLength(headers, body);
  const md5 = await digest('md5', body);
  if (headers['content-md5'] !== undefined) checkDigest('content-md5', headers['content-md5'], md5);
  return { body, md5, checksum: await checkedSum({ ...headers, ...trailers }, body) };
}

/** Any value but a hash says that the body is not signed, or that each chunk of it is. */
async function checkSignedBody(headers: IncomingHttpHeaders, body: Buffer): Promise<void> {
  const signed = String(headers['x-amz-content-sha256'] ?? '');
  if (!/^[0-9a-f]{64}$/.test(signed)) return;
  if (signed === (await digest('sha256', body)).toString('hex')) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new ApiError('XAmzContentSHA256Mismatch', message);
}

function isStreaming(headers: IncomingHttpHeaders): boolean {
  return String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

function checkLength(headers: IncomingHttpHeaders, body: Buffer): void {
  const announced = headers['x-amz-decoded-content-length'];
  if (announced === undefined || Number(announced) === body.length) return;
  const message = `x-amz-decoded-content-length is ${announced}, and ${body.length} bytes arrived`;
  throw new ApiError('IncompleteBody', message);
}

/** The checksums that Node can compute. Others are taken unseen. */
const SUMS: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  'x-amz-checksum-crc32': crc32,
  'x-amz-checksum-sha1': (body) => digest('sha1', body),
  'x-amz-checksum-sha256': (body) => digest('sha256', body),
};

async function checkedSum(headers: IncomingHttpHeaders, body: Buffer): Promise<Checksum | undefined> {
  for (const [header, sumOf] of Object.entries(SUMS)) {
    const declared = headers[header];
    if (declared === undefined) continue;
    checkDigest(header, declared, await sumOf(body));
    return { header, value: String(declared) };
  }
  return undefined;
}

function checkDigest(header: string, declared: string | string[], digested: Buffer): void {
  const actual = digested.toString('base64');
  if (declared === actual) return;
  throw new ApiError('BadDigest', `${header} is '${declared}', and the body that arrived has '${actual}'`);
}
