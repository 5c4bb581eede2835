import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const EXAMPLE = join(ROOT, 'examples/astro-blog');

const DIST_SOURCES = [
  'bin',
  'lambdas',
  'lib',
  'package-lock.json',
  'package.json',
  'scripts/build',
  'scripts/build.ts',
  'tsconfig.build.json',
  'tsconfig.json',
];
/** What builds write beside the sources. */
const GENERATED = new Set(['.astro', '.isr', 'dist', 'node_modules']);

export interface StepOptions {
  /** Folder of the notes on what each step was made from. @default node_modules/.cache/cdk-isr */
  readonly stamps?: string;
  /** @default that of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends a running step. */
  readonly signal?: AbortSignal;
}

export interface Step {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(): Promise<void>;
}

/** Builds `dist/`, unless it is there and nothing changed. Answers whether it did anything. */
export function buildDist(options: StepOptions = {}): Promise<boolean> {
  return runStep(options, {
    name: 'dist',
    inputs: DIST_SOURCES.map((source) => join(ROOT, source)),
    outputs: ['lib', 'lambdas'].map((folder) => join(ROOT, 'dist', folder)),
    run: () => runNode([join(ROOT, 'scripts/build.ts')], options),
  });
}

/** Builds the site in `project`; `dist/` has to be there. */
export function buildSite(project: string, options: StepOptions = {}): Promise<boolean> {
  return runStep(options, {
    name: 'site',
    inputs: [project, ...['adapter', 'basics', 'build', 'core'].map((folder) => join(ROOT, 'dist/lib', folder))],
    outputs: [join(project, '.isr')],
    run: () => runNode([join(ROOT, 'node_modules/astro/bin/astro.mjs'), 'build', '--root', project], options),
  });
}

/** Synthesizes `bin/app.ts` for the build in `project` into `outputDirectory`, as `cdk synth` does. */
export function synthesize(project: string, outputDirectory: string, options: StepOptions = {}): Promise<boolean> {
  return runStep(options, {
    name: 'synth',
    inputs: [join(project, '.isr'), join(ROOT, 'dist'), join(ROOT, 'bin'), join(ROOT, 'cdk.json')],
    outputs: [join(outputDirectory, 'manifest.json')],
    run: async () => runNode([join(ROOT, 'bin/app.ts')], options, await appEnvironment(project, outputDirectory)),
  });
}

/** What the CLI would hand to the app: https://docs.aws.amazon.com/cdk/v2/guide/context.html */
export async function appEnvironment(project: string, outputDirectory: string): Promise<Record<string, string>> {
  const { context } = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8'));
  return {
    CDK_OUTDIR: outputDirectory,
    CDK_CONTEXT_JSON: JSON.stringify({
      ...context,
      build: project,
      'aws:cdk:enable-path-metadata': true,
      // It is run on this machine, whose processor may be another than that of the functions on AWS.
      'cdk-isr:local': true,
    }),
  };
}

/** Copies the sources of a project, without what builds wrote. */
export async function copySources(project: string, target: string): Promise<void> {
  await cp(project, target, {
    recursive: true,
    filter: (source) =>
      source === project ||
      !source
        .slice(project.length)
        .split('/')
        .some((part) => GENERATED.has(part)),
  });
}

/** Runs a step unless its outputs are there, made from the same inputs. Answers whether it did anything. */
export async function runStep(options: StepOptions, { name, inputs, outputs, run }: Step): Promise<boolean> {
  const stamp = join(options.stamps ?? join(ROOT, 'node_modules/.cache/cdk-isr'), `${name}.json`);
  const before = existsSync(stamp) ? await readFile(stamp, 'utf8') : '';
  const current = async () =>
    JSON.stringify({ inputs: await fingerprint(inputs), outputs: await fingerprint(outputs) });
  if (outputs.every((output) => existsSync(output)) && before === (await current())) return false;
  await run();
  if (!outputs.every((output) => existsSync(output))) throw new Error(`the step '${name}' did not write ${outputs}`);
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, await current());
  return true;
}

/** A hash of the contents of files and folders. */
async function fingerprint(paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map(filesIn))).flat().sort();
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash('sha256');
  for (const [index, file] of files.entries())
    hash
      .update(`${file}\0`)
      .update(contents[index] ?? '')
      .update('\0');
  return hash.digest('hex');
}

async function filesIn(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const kept = entries.filter((entry) => entry.isFile() || (entry.isDirectory() && !GENERATED.has(entry.name)));
  const nested = await Promise.all(kept.map((entry) => filesIn(join(path, entry.name))));
  return nested.flat();
}

/** Runs a script to its end; what it printed is in the error when it fails. */
export async function runNode(
  argv: readonly string[],
  { signal, environment = process.env }: StepOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(process.execPath, argv, {
    cwd: ROOT,
    env: { ...environment, ASTRO_TELEMETRY_DISABLED: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`node ${argv.join(' ')} ended with exit code ${code}\n${output}`);
}
