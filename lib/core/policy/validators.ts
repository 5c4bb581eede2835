import type { CacheHint } from '../site.ts';

/** RFC 9110, section 8.8.3. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const OPAQUE = /^[\x21\x23-\x7e]+$/;

/** By which a browser asks whether it has the response already: what the framework's hint says, else the headers. */
export function validatorsOf(headers: Headers, hint: CacheHint | false | undefined): Record<string, string> {
  const said = hint === false ? undefined : hint;
  const etag = entityTagOf(said?.etag ?? headers.get('etag'));
  const lastModified = httpDateOf(said?.lastModified) ?? headers.get('last-modified');
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === null ? {} : { 'last-modified': lastModified }),
  };
}

/** Sites write it without the quotes too. What cannot be one is as if nothing were said. */
function entityTagOf(text: string | null): string | undefined {
  if (text === null || ENTITY_TAG.test(text)) return text ?? undefined;
  return OPAQUE.test(text) ? `"${text}"` : undefined;
}

function httpDateOf(date: Date | undefined): string | undefined {
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toUTCString();
}
