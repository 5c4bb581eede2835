import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireSupportedAstro } from '../../lib/adapter/astro-version.ts';
import { ROOT } from '../../scripts/build-steps.ts';
import { built } from '../support/built.ts';

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

test('an Astro whose modules lack what newer ones export is told so too, before anything else fails', async () => {
  const library = await built('library');
  // Below the repository, so that all other packages are found.
  const root = await mkdtemp(join(ROOT, '.test/old-astro-'));
  try {
    const [astro, adapter] = ['astro', 'cdk-isr'].map((name) => join(root, 'node_modules', name)) as [string, string];
    // Without a package of its own, the project would find the repository under the adapter's name.
    await writeFile(join(root, 'package.json'), '{}');
    await mkdir(astro, { recursive: true });
    const exports = { './config': './config.js', './package.json': './package.json' };
    await writeFile(
      join(astro, 'package.json'),
      JSON.stringify({ name: 'astro', version: '5.18.2', type: 'module', exports }),
    );
    await writeFile(join(astro, 'config.js'), 'export const defineConfig = (config) => config;');
    await cp(join(library, 'lib'), join(adapter, 'dist/lib'), { recursive: true });
    await cp(join(library, 'vendor'), join(adapter, 'dist/vendor'), { recursive: true });
    await cp(join(ROOT, 'package.json'), join(adapter, 'package.json'));
    const script = `
      import isr from 'cdk-isr/astro'
      const config = { root: new URL(${JSON.stringify(pathToFileURL(`${root}/`).href)}) }
      try { await isr().hooks['astro:config:setup']({ config }) } catch (error) { console.log(error.message) }
    `;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
    expect((await run).stdout).toContain(`needs Astro 7.2 or newer, but the one of '${root}/' is 5.18.2`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
