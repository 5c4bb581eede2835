import type { PageFacts } from '../../lib/core/page/page.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import { assetJson } from './asset-json.ts';

type Exception = Partial<Pick<PageFacts, 'status' | 'headers'>>;

const exceptions = assetJson<Readonly<Record<string, Exception>>>('prerendered.json', {});

/** What S3 does not know of a page made at build time, because its file's name does not say it. */
export function prerenderedExceptions(key: PageKey): Exception | undefined {
  return exceptions()[key];
}
