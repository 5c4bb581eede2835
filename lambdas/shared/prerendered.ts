import { existsSync, readFileSync } from 'node:fs';
import type { PageFacts } from '../../lib/core/page.ts';
import type { PageKey } from '../../lib/core/page-key.ts';

type Exceptions = Readonly<Record<string, Partial<Pick<PageFacts, 'status' | 'headers'>>>>;

let exceptions: Exceptions | undefined;

/** What S3 does not know of a page made at build time, because its file's name does not say it. */
export function prerenderedExceptions(key: PageKey): Exceptions[string] | undefined {
  exceptions ??= readExceptions(new URL('./prerendered.json', import.meta.url));
  return exceptions[key];
}

function readExceptions(file: URL): Exceptions {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Exceptions) : {};
}
