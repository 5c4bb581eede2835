import { ApiError } from '../../aws-api/api-error.ts';

export interface DecodedBody {
  readonly body: Buffer;
  /** Header fields that came after the body, in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

const LINE_END = '\r\n';

/**
 * Takes off the framing of `aws-chunked`: `size;chunk-signature=…`, the bytes, and trailing checksums at the end. The
 * result lies in the memory of `sent`, so that a large body stands there once.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function decodeAwsChunked(sent: Buffer): DecodedBody {
  let position = 0;
  let written = 0;
  for (;;) {
    const lineEnd = sent.indexOf(LINE_END, position);
    const size = lineEnd < 0 ? Number.NaN : sizeOf(sent.toString('latin1', position, lineEnd));
    const start = lineEnd + LINE_END.length;
    if (Number.isNaN(size) || start + size > sent.length) throw incomplete();
    if (size === 0) return { body: sent.subarray(0, written), trailers: trailersOf(sent.toString('latin1', start)) };
    sent.copyWithin(written, start, start + size);
    written += size;
    position = start + size + LINE_END.length;
  }
}

function sizeOf(line: string): number {
  const [size = ''] = line.split(';');
  return /^[0-9a-f]+$/i.test(size) ? Number.parseInt(size, 16) : Number.NaN;
}

function trailersOf(text: string): Readonly<Record<string, string>> {
  const fields = text.split(LINE_END).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const];
  });
  return Object.fromEntries(fields);
}

function incomplete(): ApiError {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header.';
  return new ApiError('IncompleteBody', message);
}
