import { unchangedSince } from './bucket/bucket.ts';
import type { RenderedPage, StoredPage } from './page/page.ts';
import type { PageStore } from './ports.ts';

export type StoreOutcome =
  /** `isChanged`: viewers get other bytes, another status or other headers than before. */
  | { readonly kind: 'written'; readonly page: StoredPage; readonly isChanged: boolean }
  /** Another render got there first and stays. */
  | { readonly kind: 'superseded'; readonly page: StoredPage }
  /** Another render found that this page is not to be stored, and removed it. */
  | { readonly kind: 'removed' };

const MAX_ATTEMPTS = 10;

/**
 * Writes the page, on the condition that the object which was compared still stands there. `known` is the page that was
 * there before the render began, if any.
 */
export async function storePage(
  rendered: RenderedPage,
  known: StoredPage | undefined,
  pages: PageStore,
): Promise<StoreOutcome> {
  let current = known;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (current === undefined && known !== undefined) return { kind: 'removed' };
    if (current !== undefined && !mayReplace(current, known, rendered)) return { kind: 'superseded', page: current };
    const isChanged = isDifferent(current, rendered);
    const page = isChanged || current?.isUnpurged ? { ...rendered, isUnpurged: true } : rendered;
    const etag = await pages.write(page, unchangedSince(current));
    if (etag !== 'conflict') {
      return { kind: 'written', page: { ...page, etag, isPrerendered: false }, isChanged };
    }
    current = await pages.read(rendered.pageKey);
  }
  throw new Error(`could not write '${rendered.pageKey}': it was replaced ${MAX_ATTEMPTS} times meanwhile`);
}

/**
 * Whether the render is newer than the stored page: it has seen more revalidations, or it began when that page stood
 * there already. No two clocks are compared. Of two renders that overlap and have seen the same, the first to be stored
 * stays.
 */
function mayReplace(stored: StoredPage, known: StoredPage | undefined, rendered: RenderedPage): boolean {
  if (stored.isPrerendered) return true;
  const isOfOneLedger = stored.ledgerId === rendered.ledgerId;
  if (isOfOneLedger && stored.ledgerSequence !== rendered.ledgerSequence)
    return stored.ledgerSequence < rendered.ledgerSequence;
  return known !== undefined && isSameRender(stored, known);
}

/** What is noted on a page later makes no other render of it. */
function isSameRender(a: StoredPage, b: StoredPage): boolean {
  return a.etag === b.etag || (a.renderedAt === b.renderedAt && !isDifferent(a, b));
}

function isDifferent(stored: StoredPage | undefined, rendered: RenderedPage): boolean {
  return (
    stored === undefined ||
    stored.bodyHash !== rendered.bodyHash ||
    stored.status !== rendered.status ||
    JSON.stringify(stored.headers) !== JSON.stringify(rendered.headers)
  );
}
