import { type PageKey, slashTwinOf } from '../../../core/page/page-key.ts';
import { pageKeyOfUrlPath } from '../../../core/revalidation-request.ts';
import type { SiteBucket } from '../../site/bucket.ts';
import type { Place } from '../../site/place.ts';
import { createPageViewer, type StoredView } from '../../site/stored-page.ts';

/** What is known about the stored page. */
export type StoredLook =
  | { readonly kind: 'unknown'; readonly reason: string }
  /** `keys`: keys of the objects that were looked for. */
  | { readonly kind: 'missing'; readonly keys: readonly string[] }
  /** `dropped`: query parameters that are not part of the page. */
  | { readonly kind: 'found'; readonly page: StoredView; readonly dropped: readonly string[] };

const MOST_PARAMETERS = 4;

/** Only the deployed edge function knows which query parameters count, so all combinations are tried. */
export async function findStoredPage(bucket: SiteBucket, place: Place, path: string): Promise<StoredLook> {
  const viewer = createPageViewer(bucket, place);
  const keys: string[] = [];
  const names = parameterNames(path);
  for (const allowed of mostFirst(names)) {
    for (const pageKey of pageKeysAt(path, allowed)) {
      const page = await viewer.view(pageKey);
      if (page !== undefined) return { kind: 'found', page, dropped: names.filter((name) => !allowed.includes(name)) };
      keys.push(`deployments/${bucket.deploymentId}${pageKey}`);
    }
  }
  return { kind: 'missing', keys };
}

/** All that the path may name, since what the URLs of the site look like is not known here either. */
function pageKeysAt(path: string, allowQuery: readonly string[]): readonly PageKey[] {
  const keys = [false, true].flatMap((hasHtmlEndings) => {
    const result = pageKeyOfUrlPath(path, { allowQuery, hasHtmlEndings });
    return 'pageKey' in result ? [result.pageKey, slashTwinOf(result.pageKey) ?? result.pageKey] : [];
  });
  return [...new Set(keys)];
}

function parameterNames(path: string): string[] {
  const query = path.split(/\?(.*)/s)[1] ?? '';
  const names = query.split('&').map((pair) => pair.split('=')[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}

/** All combinations of the names, the largest first. Of many names, only all of them and none. */
function mostFirst(names: readonly string[]): (readonly string[])[] {
  if (names.length > MOST_PARAMETERS) return [names, []];
  const selections = Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_, i) => bits & (1 << i)));
  return selections.sort((left, right) => right.length - left.length);
}
