const ENCODED_WORD = /=\?utf-8\?([bq])\?([^?]*)\?=/gi;
const ONLY_ENCODED_WORDS = /^(=\?utf-8\?[bq]\?[^?]*\?=\s*)+$/i;

/**
 * The text that a value of user metadata stands for. S3 decodes RFC 2047, and takes other bytes beyond ASCII for
 * ISO-8859-1, as Node does: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
 */
export function decodeMetadataValue(header: string): string {
  if (!ONLY_ENCODED_WORDS.test(header)) return header;
  const bytes = [...header.matchAll(ENCODED_WORD)].map(([, coding = '', text = '']) =>
    coding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQuoted(text),
  );
  return Buffer.concat(bytes).toString();
}

/** As S3 answers it: text that is not printable ASCII goes as an encoded word. */
export function encodeMetadataValue(value: string): string {
  return /^[\t\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}

function decodeQuoted(text: string): Buffer {
  const characters = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(characters, 'latin1');
}
