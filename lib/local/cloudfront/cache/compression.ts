import { pipeline, type Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { Behavior } from '../configuration/behavior.ts';
import { type Fields, fieldOf, listOf } from '../message/fields.ts';
import type { OriginResponse } from '../origin/ask-origin.ts';

export type Coding = 'br' | 'gzip';

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
const MIN_BYTES = 1000;
const MAX_BYTES = 10_000_000;
const STATUSES = new Set([200, 403, 404]);
const TYPES = new Set([
  'application/dash+xml',
  'application/eot',
  'application/font',
  'application/font-sfnt',
  'application/javascript',
  'application/json',
  'application/opentype',
  'application/otf',
  'application/pkcs7-mime',
  'application/protobuf',
  'application/rss+xml',
  'application/truetype',
  'application/ttf',
  'application/vnd.apple.mpegurl',
  'application/vnd.mapbox-vector-tile',
  'application/vnd.ms-fontobject',
  'application/x-font-opentype',
  'application/x-font-truetype',
  'application/x-font-ttf',
  'application/x-httpd-cgi',
  'application/x-javascript',
  'application/x-mpegurl',
  'application/x-opentype',
  'application/x-otf',
  'application/x-perl',
  'application/x-ttf',
  'application/xhtml+xml',
  'application/xml',
  'font/eot',
  'font/opentype',
  'font/otf',
  'font/ttf',
  'image/svg+xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/js',
  'text/plain',
  'text/richtext',
  'text/tab-separated-values',
  'text/x-component',
  'text/x-java-source',
  'text/x-script',
  'text/xml',
  'vnd.apple.mpegurl',
]);

/** How the edge compresses a response, if it does. `acceptEncoding` is the normalised one of the cache key. */
export function codingFor(
  response: OriginResponse,
  { compress, cachePolicy }: Pick<Behavior, 'compress' | 'cachePolicy'>,
  acceptEncoding: string | undefined,
): Coding | undefined {
  const { status, headers } = response;
  const accepted = (acceptEncoding ?? '').split(',');
  const coding = cachePolicy.codings.find((candidate) => accepted.includes(candidate));
  const type = (fieldOf(headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const length = fieldOf(headers, 'content-length') ?? '';
  const hasRightSize = /^\d+$/.test(length) && Number(length) >= MIN_BYTES && Number(length) <= MAX_BYTES;
  const isCompressible = STATUSES.has(status) && headers['content-encoding'] === undefined && TYPES.has(type ?? '');
  return compress && isCompressible && hasRightSize ? coding : undefined;
}

/** The response as the edge stores and sends it. */
export function compressed(response: OriginResponse, coding: Coding): OriginResponse {
  if (Buffer.isBuffer(response.body)) return response;
  const compressor = createCompressor(coding);
  pipeline(response.body, compressor, () => undefined);
  const { 'content-length': _, ...headers } = headersOfCompressed(response.headers);
  const described = { 'content-encoding': coding, vary: varyOfCompressed(headers) };
  return { ...response, headers: { ...headers, ...described }, body: compressor };
}

function createCompressor(coding: Coding): Transform {
  return coding === 'gzip' ? createGzip() : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}

// Seen in responses of CloudFront, and what caches behind it need; documented nowhere.
function varyOfCompressed(headers: Readonly<Fields>): string {
  const vary = fieldOf(headers, 'vary');
  return listOf(vary).includes('accept-encoding') ? String(vary) : [vary, 'Accept-Encoding'].filter(Boolean).join(', ');
}

/** A strong entity tag names one sequence of bytes, so it becomes weak; what is no entity tag goes. */
export function headersOfCompressed(headers: Readonly<Fields>): Fields {
  const { etag, ...others } = headers;
  const tag = fieldOf(headers, 'etag');
  if (tag?.startsWith('W/')) return { ...others, etag };
  return tag?.startsWith('"') ? { ...others, etag: `W/${tag}` } : others;
}
