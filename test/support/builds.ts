import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDist, buildSite, copySources, EXAMPLE, ROOT, runNode, runStep } from '../../scripts/build-steps.ts';
import { withLock } from './lock.ts';
import type { Synthesis } from './synthesize.ts';
import { userEnvironment } from './user-environment.ts';

/** Where builds for the tests go; `npm start` does not touch it. */
const SCRATCH = join(ROOT, '.test');
const EXAMPLE_COPY = join(SCRATCH, 'astro-blog');
const ECHO_VERSIONS = ['one', 'two'] as const;
const environment = userEnvironment();
const APP = join(ROOT, 'bin/app.ts');

const SYNTHESES: readonly Synthesis[] = [
  { app: APP, project: EXAMPLE_COPY, assembly: join(SCRATCH, 'cdk.out') },
  ...ECHO_VERSIONS.map((version) => ({ app: APP, project: echoProject(version), assembly: echoAssembly(version) })),
];

/**
 * What tests share; each answers a folder:
 * - `library`: `dist/`, the library and the bundles of the Lambda functions
 * - `example`: the example's site, a project with `.isr`
 * - the others: cloud assemblies, of the example and of two deployments of the echo site
 */
export type BuildName = 'library' | 'example' | 'example-assembly' | 'echo-one' | 'echo-two';

const BUILDS: Readonly<Record<BuildName, () => Promise<string>>> = {
  library: once(() => locked('library', () => buildDist({ environment }).then(() => join(ROOT, 'dist')))),
  example: once(buildExample),
  'example-assembly': () => assemblies().then(() => join(SCRATCH, 'cdk.out')),
  'echo-one': () => assemblies().then(() => echoAssembly('one')),
  'echo-two': () => assemblies().then(() => echoAssembly('two')),
};

export const isBuildName = (name: string): name is BuildName => Object.hasOwn(BUILDS, name);

/** Makes a build, and what that needs, at most once in a run, and only when nothing on disk is the same. */
export const build = (name: BuildName): Promise<string> => BUILDS[name]();

const assemblies = once(async () => {
  await build('library');
  await Promise.all([build('example'), locked('echo', buildEchoes)]);
  await locked('assemblies', synthesizeAll);
});

async function buildExample(): Promise<string> {
  await build('library');
  return locked('example', async () => {
    // A page that was removed from the example must not stay in the copy.
    for (const folder of ['src', 'public']) await rm(join(EXAMPLE_COPY, folder), { recursive: true, force: true });
    await copySources(EXAMPLE, EXAMPLE_COPY);
    await buildSite(EXAMPLE_COPY, { stamps: SCRATCH, environment });
    return EXAMPLE_COPY;
  });
}

async function buildEchoes(): Promise<void> {
  // Loads esbuild, which most runs of a few files do without.
  const { buildEchoSite } = await import('./echo-site/build.ts');
  for (const version of ECHO_VERSIONS) await buildEchoSite(echoProject(version), version);
}

async function synthesizeAll(): Promise<void> {
  const sources = ['bin', 'cdk.json', 'dist', 'test/support/synthesize.ts'].map((path) => join(ROOT, path));
  const step = {
    name: 'assemblies',
    inputs: [...SYNTHESES.map(({ project }) => join(project, '.isr')), ...sources],
    outputs: SYNTHESES.map(({ assembly }) => join(assembly, 'manifest.json')),
    run: () => runNode([join(import.meta.dirname, 'synthesize.ts'), JSON.stringify(SYNTHESES)], { environment }),
  };
  await runStep({ stamps: SCRATCH }, step);
}

function echoProject(version: string): string {
  return join(SCRATCH, 'echo-site', version);
}

function echoAssembly(version: string): string {
  return join(echoProject(version), 'cdk.out');
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let started: Promise<Result> | undefined;
  return () => {
    started ??= work();
    return started;
  };
}

/** Two runs of the tests may overlap in one working tree. */
function locked<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return withLock(join(SCRATCH, `${name}.lock`), work);
}
