import type { PageFacts, StoredPage } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import type { PageStore } from './ports.ts';

export type StoreOutcome =
  /** `changed`: viewers get other bytes, another status or other headers than before. */
  | { readonly kind: 'written'; readonly page: StoredPage; readonly changed: boolean }
  /** A newer render got there first; it stays. */
  | { readonly kind: 'superseded'; readonly page: StoredPage };

const MAX_ATTEMPTS = 10;

/**
 * Writes the page unless a newer one stands there, whatever happens in between: each write is conditional on exactly
 * the object that was compared. `known` is the page as last read, if any.
 */
export async function storePage(
  key: PageKey,
  facts: PageFacts,
  body: Uint8Array,
  known: StoredPage | undefined,
  pages: PageStore,
  isRevalidation = false,
): Promise<StoreOutcome> {
  let current = known;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (current !== undefined && isNewer(current, facts)) return { kind: 'superseded', page: current };
    const condition = current === undefined ? { absent: true as const } : { etag: current.etag };
    const bytes = current === undefined ? body : distinctBytes(facts, body, current);
    const written = { ...facts, ...edgeFacts(current, facts, isRevalidation) };
    const etag = await pages.write(key, written, bytes, condition);
    if (etag !== 'conflict') {
      const page = { ...written, body: bytes, etag, prerendered: false };
      return { kind: 'written', page, changed: current === undefined || isDifferent(current, facts) };
    }
    current = await pages.read(key);
  }
  throw new Error(`could not write '${key}': it was replaced ${MAX_ATTEMPTS} times meanwhile`);
}

type EdgeFacts = Pick<PageFacts, 'isUnpurged' | 'replacedAt'>;

/** What the edge may hold of the page before: known to the next revalidation that finds the content unchanged. */
function edgeFacts(current: StoredPage | undefined, facts: PageFacts, isRevalidation: boolean): EdgeFacts {
  if (current === undefined) return {};
  const { isUnpurged, replacedAt } = current;
  const before: EdgeFacts = { ...(isUnpurged ? { isUnpurged } : {}), ...(replacedAt ? { replacedAt } : {}) };
  if (!isDifferent(current, facts)) return before;
  return isRevalidation ? { ...before, isUnpurged: true } : { ...before, replacedAt: facts.renderedAt };
}

/** First by what was revalidated before the render, then by when it began. */
function isNewer(stored: StoredPage, facts: PageFacts): boolean {
  if (stored.prerendered) return false;
  if (stored.ledgerSequence !== facts.ledgerSequence) return stored.ledgerSequence > facts.ledgerSequence;
  return stored.renderedAt > facts.renderedAt;
}

function isDifferent(stored: StoredPage, facts: PageFacts): boolean {
  return (
    stored.bodyHash !== facts.bodyHash ||
    stored.status !== facts.status ||
    JSON.stringify(stored.headers) !== JSON.stringify(facts.headers)
  );
}

/**
 * S3's entity tag is the MD5 of the bytes, so a page and its identical re-render would have the same one, and a slow
 * older render that saw the first could overwrite the second. A line feed more or less at the end of a text tells
 * them apart.
 */
function distinctBytes(facts: PageFacts, body: Uint8Array, stored: StoredPage): Uint8Array {
  const isText = /^text\/|[/+](json|xml)\b/.test(facts.headers['content-type'] ?? '');
  if (!isText || stored.bodyHash !== facts.bodyHash) return body;
  const added = (stored.body.byteLength - body.byteLength + 1) % 4;
  return added <= 0 ? body : Buffer.concat([body, Buffer.alloc(added, '\n')]);
}
