import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
  identity: (bytes) => bytes,
};

export interface DecodedResponse {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * A page that the site compressed, as it was before. The edge compresses it for each viewer as the viewer wants it, and S3
 * serves it by itself to those who cannot decode it. Throws when the coding is not known.
 */
export function decodeResponse(headers: Headers, body: Uint8Array): DecodedResponse {
  const codings = headers.get('content-encoding');
  if (codings === null) return { headers, body };
  const decoded = codings
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .reduceRight((bytes, coding) => decode(bytes, coding), body);
  const others = [...headers].filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
  return { headers: new Headers(others), body: decoded };
}

function decode(bytes: Uint8Array, coding: string): Uint8Array {
  const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  if (decoder !== undefined) return decoder(bytes);
  throw new Error(`the site encoded the page as '${coding}'; let it send the page as it is, the edge compresses it`);
}
