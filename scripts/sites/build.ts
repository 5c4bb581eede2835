import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appEnvironment, ROOT, runNode } from '../build-steps.ts';
import { run } from './commands.ts';
import type { SiteData } from './data.ts';

/** Where no tool looks for sources: Tailwind would take class names from what another build wrote. */
const OUT_OF_NODE = 'node_modules/.sites-node';

/** Within the project: the file that serves it by @astrojs/node. */
export const NODE_ENTRY = `${OUT_OF_NODE}/server/entry.mjs`;

/** Packs this repository as npm would publish it; answers the file. `dist/` has to be there. */
export async function packLibrary(folder: string): Promise<string> {
  const printed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
  const packed: unknown = JSON.parse(printed.slice(printed.search(/^[[{]/m)));
  const [first] = Object.values(packed as Record<string, { readonly filename: string }>);
  if (first === undefined) throw new Error(`npm pack says of no file: ${printed}`);
  return join(folder, first.filename);
}

/** Installs what the site needs, and the library as a user does. */
export async function installSite(site: SiteData, project: string, library: string): Promise<void> {
  const path = join(project, 'package.json');
  const { scripts: _, devDependencies = {}, dependencies = {}, ...others } = JSON.parse(await readFile(path, 'utf8'));
  const replaced = site.packages.map((name) => name.slice(0, name.lastIndexOf('@')));
  const left = Object.entries({ ...devDependencies, ...dependencies }).filter(([name]) => !replaced.includes(name));
  await writeFile(path, JSON.stringify({ ...others, dependencies: Object.fromEntries(left) }, null, 2));
  const flags = ['--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts'];
  await run('npm', ['install', ...flags, ...site.packages, library], project);
}

/** Builds the site with @astrojs/node. */
export async function buildForNode(site: SiteData, project: string): Promise<void> {
  await build(site, project, {
    name: 'node',
    adapter: '@astrojs/node',
    options: { mode: 'standalone' },
    more: { outDir: `./${OUT_OF_NODE}` },
    files: `${OUT_OF_NODE}/client`,
  });
}

/** Builds the site with this adapter and synthesizes a stack of it; answers the folder of the assembly. */
export async function buildForStack(site: SiteData, project: string): Promise<string> {
  for (const written of ['.isr', 'dist']) await rm(join(project, written), { recursive: true, force: true });
  await build(site, project, {
    name: 'isr',
    adapter: 'cdk-isr/astro',
    options: site.adapter,
    more: {},
    files: '.isr/client',
  });
  const assembly = join(project, 'node_modules/.sites-assembly');
  await rm(assembly, { recursive: true, force: true });
  await runNode([join(import.meta.dirname, 'app.ts')], {}, await appEnvironment(project, assembly));
  return assembly;
}

interface Build {
  readonly name: string;
  readonly adapter: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly more: Readonly<Record<string, unknown>>;
  /** Where it puts the prerendered pages, for a step after the build. */
  readonly files: string;
}

/** The site's own config, with another adapter. */
async function build(site: SiteData, project: string, { name, adapter, options, more, files }: Build): Promise<void> {
  const config = `astro.config.${name}.mjs`;
  const added = site.integrations.map(({ options: given }, index) => `added${index}(${JSON.stringify(given)})`);
  await writeFile(
    join(project, config),
    `import site from './${site.config}';
import adapter from '${adapter}';
${site.integrations.map(({ from }, index) => `import added${index} from '${from}';`).join('\n')}
export default {
  ...site,
  ...${JSON.stringify(more)},
  output: '${site.output}',
  integrations: [${[...added, '...(site.integrations ?? [])'].join(', ')}],
  adapter: adapter(${JSON.stringify(options)}),
};
`,
  );
  await run(process.execPath, ['node_modules/astro/bin/astro.mjs', 'build', '--config', config], project);
  if (site.postbuild.length > 0) await run('npx', ['--no-install', ...site.postbuild, files], project);
}
