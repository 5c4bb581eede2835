import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireSupportedAstro } from '../../lib/adapter/astro-version.ts';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'astro-version-'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

async function check(version: string): Promise<void> {
  const folder = join(project, 'node_modules/astro');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'astro', version }));
  requireSupportedAstro(pathToFileURL(`${project}/`));
}

test.each(['5.18.2', '6.0.5', '7.1.9'])(
  'Astro %s is too old: its version, its place and the remedy are said',
  async (version) => {
    const place = join(project, 'node_modules/astro');
    await expect(check(version)).rejects.toThrow(
      `cdk-isr/astro needs Astro 7.2 or newer, but the one of '${project}/' is ${version} (in '${place}'); run \`npx @astrojs/upgrade\``,
    );
  },
);

test.each(['7.2.0', '7.3.5', '7.10.0', '8.0.0-beta.1'])('Astro %s will do', async (version) => {
  await expect(check(version)).resolves.toBeUndefined();
});
