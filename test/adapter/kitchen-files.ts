import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listFiles } from '../../lib/build/write-build.ts';
import type { Loaded } from './astro-site.ts';

/** Of the kitchen site, whose build costs seconds. */
export function describeIncludedFiles(site: () => Loaded): void {
  test('files that the server reads are in the build, without those that are excluded', async () => {
    expect(await listFiles(site().build.includedDirectory)).toEqual(['.terms.txt', 'data/terms.md']);
  });

  test('a page on demand finds an included file by its path from the working directory', async () => {
    const { includedDirectory: cwd, serverDirectory } = site().build;
    const code = `
      const { fetch } = await import(${JSON.stringify(pathToFileURL(join(serverDirectory, 'index.mjs')).href)});
      const request = new Request('https://example.com/docs/terms');
      const response = await fetch(request, { kind: 'page', clientAddress: '192.0.2.1', onCacheHint() {} });
      process.stdout.write(await response.text());
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd });
    expect(stdout).toBe('# Terms,hidden terms');
  });
}
