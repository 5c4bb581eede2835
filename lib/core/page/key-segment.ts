// The segments of page keys. Bundled into the CloudFront function too: see page-key.ts for what its language lacks.
import { encodePath, percentDecode } from '../../basics/percent-encoding.ts';

// The characters that decodeURI leaves encoded, because they mean something where they stand. Control characters and the
// backslash mean nothing, but must not get into a key.
const KEPT_ESCAPE = /(%(?:2f|5c|3b|3f|3a|40|26|3d|2b|24|2c|23|7f|[01][\da-f]))/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const UNSAFE = /[\x00-\x1f\x7f?#]/g;

/** A segment of a URL as one of a key; `undefined` when it cannot be one. */
export function keySegmentOf(encoded: string): string | undefined {
  const safe = encoded.replace(UNSAFE, encodeURIComponent);
  const text = percentDecode(safe);
  if (text === undefined || text === '' || text === '.' || text === '..') return undefined;
  if (!KEPT_ESCAPE.test(safe)) return escapeSegment(text);
  const parts = safe.split(KEPT_ESCAPE);
  // Every second part is an escape. Its letters stay as they are: Astro takes `%2f` and `%2F` for two texts.
  const written = parts.map((part, i) => (i % 2 === 1 ? part : encodeText(percentDecode(part) || '')));
  return `!*${written.join('').replace(/%/g, '*')}`;
}

/** Decoded text as a segment of a key. */
export function escapeSegment(text: string): string {
  return text.charAt(0) === '!' ? `!${text}` : text;
}

/** A segment of a key as one of a URL, in which only what has to be is encoded. */
export function requestSegmentOf(segment: string): string {
  if (segment.slice(0, 2) === '!*') return segment.slice(2).replace(/\*/g, '%');
  return encodePath(segment.charAt(0) === '!' ? segment.slice(1) : segment) || '';
}

/** Without `*`, which stands for `%` in a key: S3 decodes percent signs, and a key must survive that. */
function encodeText(text: string): string {
  return (encodePath(text) || '').replace(/\*/g, '%2A');
}

/** Whether it has an escape that is not its character. */
export function hasKeptEscape(segment: string): boolean {
  return segment.slice(0, 2) === '!*';
}
