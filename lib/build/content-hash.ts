import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientFilesIn } from './client-files.ts';
import { includedFilesIn } from './included-files.ts';

/** SHA-256 (hex) of what a build deploys beside its manifest. */
export function contentHashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const part of ['client', 'files', 'image', 'middleware', 'server']) {
    const place = join(folder, part);
    for (const file of part === 'files' ? includedFilesIn(place) : clientFilesIn(place).files) {
      const bytes = readFileSync(join(place, file));
      hash.update(`\0${part}/${file}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}

/** 16 hex digits. */
export function shortHashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
