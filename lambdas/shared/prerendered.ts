import type { PrerenderedPages } from '../../lib/aws/stored-page.ts';
import type { PrerenderedFacts } from '../../lib/core/page/page.ts';
import { assetJson } from './asset-json.ts';

const pages = assetJson<Readonly<Record<string, PrerenderedFacts>>>('prerendered.json', {});

/** What the build says of its pages, beside the bundle: no call is needed for it. */
export const prerenderedPages: PrerenderedPages = (key) => pages()[key];
