import type { PageFacts, RenderedPage, StoredPage } from './page/page.ts';
import type { PageStore } from './ports.ts';

export interface StoreOptions {
  /** Whether the caller purges what it replaces. */
  readonly isRevalidation?: boolean;
}

export type StoreOutcome =
  /** `isChanged`: viewers get other bytes, another status or other headers than before. */
  | { readonly kind: 'written'; readonly page: StoredPage; readonly isChanged: boolean }
  /** A newer render got there first; it stays. */
  | { readonly kind: 'superseded'; readonly page: StoredPage };

const MAX_ATTEMPTS = 10;

/**
 * Writes the page unless a newer one stands there, whatever happens in between: each write is conditional on exactly
 * the object that was compared. `known` is the page as last read, if any.
 */
export async function storePage(
  rendered: RenderedPage,
  known: StoredPage | undefined,
  { isRevalidation = false }: StoreOptions,
  pages: PageStore,
): Promise<StoreOutcome> {
  let current = known;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (current !== undefined && isNewer(current, rendered)) return { kind: 'superseded', page: current };
    const condition = current === undefined ? { absent: true as const } : { etag: current.etag };
    const body = current === undefined ? rendered.body : distinctBytes(rendered, current);
    const page = { ...rendered, ...edgeFacts(current, rendered, isRevalidation), body };
    const etag = await pages.write(page, condition);
    if (etag !== 'conflict') {
      const isChanged = current === undefined || isDifferent(current, rendered);
      return { kind: 'written', page: { ...page, etag, isPrerendered: false }, isChanged };
    }
    current = await pages.read(rendered.pageKey);
  }
  throw new Error(`could not write '${rendered.pageKey}': it was replaced ${MAX_ATTEMPTS} times meanwhile`);
}

type EdgeFacts = Pick<PageFacts, 'isUnpurged' | 'replacedAt'>;

/** What the edge may still have of older content. A later revalidation that finds nothing changed has to know it. */
function edgeFacts(current: StoredPage | undefined, rendered: RenderedPage, isRevalidation: boolean): EdgeFacts {
  if (current === undefined) return {};
  const { isUnpurged, replacedAt } = current;
  const before: EdgeFacts = { ...(isUnpurged ? { isUnpurged } : {}), ...(replacedAt ? { replacedAt } : {}) };
  if (!isDifferent(current, rendered)) return before;
  return isRevalidation ? { ...before, isUnpurged: true } : { ...before, replacedAt: rendered.renderedAt };
}

/** First by what was revalidated before the render, then by when it began. */
function isNewer(stored: StoredPage, rendered: RenderedPage): boolean {
  if (stored.isPrerendered) return false;
  if (stored.ledgerSequence !== rendered.ledgerSequence) return stored.ledgerSequence > rendered.ledgerSequence;
  return stored.renderedAt > rendered.renderedAt;
}

function isDifferent(stored: StoredPage, rendered: RenderedPage): boolean {
  return (
    stored.bodyHash !== rendered.bodyHash ||
    stored.status !== rendered.status ||
    JSON.stringify(stored.headers) !== JSON.stringify(rendered.headers)
  );
}

/**
 * S3's entity tag is the MD5 of the bytes, so a page and its identical re-render would have the same one, and a slow
 * older render that saw the first could overwrite the second. A line feed more or less at the end of a text tells
 * them apart.
 */
function distinctBytes({ headers, bodyHash, body }: RenderedPage, stored: StoredPage): Uint8Array {
  const isText = /^text\/|[/+](json|xml)\b/.test(headers['content-type'] ?? '');
  if (!isText || stored.bodyHash !== bodyHash) return body;
  const added = (stored.body.byteLength - body.byteLength + 1) % 4;
  return added <= 0 ? body : Buffer.concat([body, Buffer.alloc(added, '\n')]);
}
