import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** The bytes of a page's object, and what has to be known to read the body from them. */
export interface PackedBody {
  readonly bytes: Uint8Array;
  /** S3 tells it whoever asks, so that a browser reads the bytes rightly when S3 answers by itself. */
  readonly contentEncoding?: 'gzip';
  /** How many of the bytes are the body. */
  readonly bodyBytes?: number;
}

// Blanks after the end mean nothing in these.
const ENDS_IN_BLANKS =
  /^(text\/(html|css|javascript)|application\/(javascript|json|xml)|[^;]+\+(json|xml)|text\/xml)\b/;
const BLANKS = ' \t\n\r';
const MARK_BYTES = 8;
const GZIP_HEADER_BYTES = 10;
const GZIP_HAS_EXTRA_FIELD = 4;

/**
 * S3's entity tag is the MD5 of the bytes, and the only thing that a conditional write compares. So that no two writes
 * have the same one, each puts a random mark into its bytes: blanks after a text that may end in blanks, a field of the
 * gzip header in all else. Both are what the body was to a browser that gets them from S3.
 */
export function packBody(body: Uint8Array, contentType: string): PackedBody {
  const mark = randomBytes(MARK_BYTES);
  if (ENDS_IN_BLANKS.test(contentType)) {
    return { bytes: Buffer.concat([body, blanksOf(mark)]), bodyBytes: body.byteLength };
  }
  return { bytes: withExtraField(gzipSync(body), mark), contentEncoding: 'gzip' };
}

/** Bytes of an object without a word about its body are the body. */
export function unpackBody(
  bytes: Uint8Array,
  { contentEncoding, bodyBytes }: Pick<PackedBody, 'bodyBytes'> & { readonly contentEncoding: string | undefined },
): Uint8Array {
  if (contentEncoding === 'gzip' && bytes.byteLength > 0) return gunzipSync(bytes);
  return bodyBytes === undefined ? bytes : bytes.subarray(0, bodyBytes);
}

/** Two bits a blank. */
function blanksOf(mark: Buffer): Buffer {
  const blanks = [...mark].flatMap((byte) => [6, 4, 2, 0].map((shift) => BLANKS.charCodeAt((byte >> shift) & 3)));
  return Buffer.from(blanks);
}

/** RFC 1952, section 2.3.1.1: a subfield of two letters, its length and its data. */
function withExtraField(gzipped: Buffer, mark: Buffer): Buffer {
  const header = Buffer.from(gzipped.subarray(0, GZIP_HEADER_BYTES));
  header[3] = GZIP_HAS_EXTRA_FIELD;
  const field = Buffer.from([mark.byteLength + 4, 0, 0x69, 0x73, mark.byteLength, 0]);
  return Buffer.concat([header, field, mark, gzipped.subarray(GZIP_HEADER_BYTES)]);
}
