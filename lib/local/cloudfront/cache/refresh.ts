import type { Fields } from '../message/fields.ts';
import type { CachedObject } from './cached-object.ts';
import { headersOfCompressed } from './compression.ts';

/** What a 304 may say of the body is about another one than what is stored. */
const OF_THE_BODY = new Set(['content-encoding', 'content-length', 'content-md5', 'content-range']);

/**
 * The headers of an object after a 304, which updates all but what describes the stored bytes.
 * https://www.rfc-editor.org/rfc/rfc9111#section-3.2
 */
export function refreshedHeaders(object: CachedObject, update: Readonly<Fields>): Fields {
  const sent = object.coding === undefined ? update : headersOfCompressed(update);
  const updates = Object.entries(sent).filter(([name]) => !OF_THE_BODY.has(name));
  return { ...object.headers, ...Object.fromEntries(updates) };
}
