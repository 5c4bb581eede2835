import { unchangedSince } from './bucket/bucket.ts';
import type { PageFacts, RenderedPage, StoredPage } from './page/page.ts';
import type { PageStore } from './ports.ts';

export interface StoreOptions {
  /** Whether the caller will purge what the page replaces. */
  readonly isRevalidation?: boolean;
}

export type StoreOutcome =
  /** `isChanged`: viewers get other bytes, another status or other headers than before. */
  | { readonly kind: 'written'; readonly page: StoredPage; readonly isChanged: boolean }
  /** A newer render was stored already, and stays. */
  | { readonly kind: 'superseded'; readonly page: StoredPage };

const MAX_ATTEMPTS = 10;

/**
 * Writes the page unless a newer one is stored. Each write has the condition that the object which was compared is still
 * there, so nothing can come in between. `known`: the stored page as it was last read, if any.
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
    const body = current === undefined ? rendered.body : distinctBytes(rendered, current);
    const page = { ...rendered, ...edgeFacts(current, rendered, isRevalidation), body };
    const etag = await pages.write(page, unchangedSince(current));
    if (etag !== 'conflict') {
      const isChanged = current === undefined || isDifferent(current, rendered);
      return { kind: 'written', page: { ...page, etag, isPrerendered: false }, isChanged };
    }
    current = await pages.read(rendered.pageKey);
  }
  throw new Error(`could not write '${rendered.pageKey}': it was replaced ${MAX_ATTEMPTS} times meanwhile`);
}

type EdgeFacts = Pick<PageFacts, 'isUnpurged' | 'replacedAt'>;

/**
 * Notes that the edge may still have older content. A later revalidation may find the page unchanged, and purges it for
 * this note alone.
 */
function edgeFacts(current: StoredPage | undefined, rendered: RenderedPage, isRevalidation: boolean): EdgeFacts {
  if (current === undefined) return {};
  const { isUnpurged, replacedAt } = current;
  const before: EdgeFacts = { isUnpurged, replacedAt };
  if (!isDifferent(current, rendered)) return before;
  return isRevalidation ? { ...before, isUnpurged: true } : { ...before, replacedAt: rendered.renderedAt };
}

/** The render that saw more revalidations is newer; if both saw the same, the one that began later. */
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
 * S3's entity tag is the MD5 of the bytes. A page and a render with the same bytes would have the same one, and a slow
 * older render that saw the first could overwrite the second. So the texts differ in the line feeds at their end.
 */
function distinctBytes({ headers, bodyHash, body }: RenderedPage, stored: StoredPage): Uint8Array {
  const isText = /^text\/|[/+](json|xml)\b/.test(headers['content-type'] ?? '');
  if (!isText || stored.bodyHash !== bodyHash) return body;
  const added = (stored.body.byteLength - body.byteLength + 1) % 4;
  return added <= 0 ? body : Buffer.concat([body, Buffer.alloc(added, '\n')]);
}
