import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { reasonOf } from '../lib/basics/errors.ts';
import { VENDOR_NAMES } from '../lib/webhooks/vendors.ts';
import { licensesOf } from './build/licenses.ts';
import { bundleVendor, describeVendor } from './build/vendor.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const LAMBDAS = ['serve', 'render', 'revalidate', 'live', 'image', 'purge', 'warm'];
/** What a browser loads: served as it stands. */
const INSPECTOR_PAGE = 'lib/inspector/page';
// The package brings a copy: as a dependency, its install script would compile curl wherever cdk-isr is installed.
const RUNTIME_CLIENT = 'aws-lambda-ric';
const RUNTIME_CLIENT_FILES = ['index.mjs', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES'];
const EDGE_FUNCTIONS = [
  'page-request',
  'live-request',
  'image-request',
  'page-response',
  'live-response',
  'fail-over-request',
];

/** Prints one line when the step is done; lets its error out. */
async function step(name: string, work: () => Promise<string>): Promise<void> {
  const start = performance.now();
  const result = await work();
  console.log(`${name}: ${result} (${Math.round(performance.now() - start)} ms)`);
}

async function compileLibrary(): Promise<string> {
  const emitted = await emitLibrary();
  const vendor = await bundleVendor(ROOT);
  await writeMetafile('vendor', vendor.metafile);
  // Over what the compiler emitted for the same modules.
  const written = new Set([...emitted, ...vendor.files]);
  for (const folder of ['lib', 'bin']) await removeAllBut(written, join(ROOT, 'dist', folder));
  await cp(join(ROOT, INSPECTOR_PAGE), join(ROOT, 'dist', INSPECTOR_PAGE), { recursive: true });
  return `${emitted.length} files to dist/lib and dist/bin; libraries: ${describeVendor(vendor)}`;
}

async function emitLibrary(): Promise<string[]> {
  const { code, output } = await runTypeScript(['-p', 'tsconfig.build.json', '--listEmittedFiles']);
  const complaints = output.replaceAll(/^TSFILE: .+\n?/gm, '').trim();
  if (code !== 0) throw new Error(`tsc failed with exit code ${code}\n${complaints}`);
  return [...output.matchAll(/^TSFILE: (.+)$/gm)].map((match) => String(match[1]).trim());
}

/** What a bundle is made of, for the benchmark and the licences. It is not part of the package. */
async function writeMetafile(name: string, metafile: Metafile): Promise<void> {
  await mkdir(join(ROOT, 'dist/meta'), { recursive: true });
  await writeFile(join(ROOT, 'dist/meta', `${name}.json`), JSON.stringify(metafile));
}

async function writeLicenses(): Promise<string> {
  const metafiles = [...LAMBDAS, 'vendor'].map((name) => readFile(join(ROOT, 'dist/meta', `${name}.json`), 'utf8'));
  const text = licensesOf(
    ROOT,
    (await Promise.all(metafiles)).map((json) => JSON.parse(json) as Metafile),
  );
  await writeFile(join(ROOT, 'dist/THIRD-PARTY-LICENSES'), text);
  return 'written to dist/THIRD-PARTY-LICENSES';
}

async function copyRuntimeClient(): Promise<string> {
  const target = join(ROOT, 'dist/vendor', RUNTIME_CLIENT);
  await mkdir(target, { recursive: true });
  for (const file of RUNTIME_CLIENT_FILES) {
    await copyFile(join(ROOT, 'node_modules', RUNTIME_CLIENT, file), join(target, file));
  }
  return `copied to ${relative(ROOT, target)}`;
}

async function runTypeScript(flags: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...flags], { cwd: ROOT });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}

// The compiler never deletes the output of a source that is gone. Only leftovers go, so that a process that
// reads dist/ during a build does not find it empty.
async function removeAllBut(emitted: ReadonlySet<string>, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !emitted.has(path)) await rm(path, { force: true });
  }
}

const LAMBDA_BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  legalComments: 'none',
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

async function bundleLambda(name: string): Promise<string> {
  const outfile = join(ROOT, 'dist/lambdas', name, 'index.mjs');
  const { metafile } = await build({
    ...LAMBDA_BUNDLE,
    entryPoints: [`lambdas/${name}/index.ts`],
    outfile,
    // The build's server, which the construct copies beside the bundle at synth.
    external: ['./site/*'],
    // CommonJS dependencies ask for Node's modules with `require`, which an ES module does not have.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  await writeMetafile(name, metafile);
  return describeSize(outfile, sizeOf(metafile));
}

/** A module for each vendor of webhooks: the construct copies those in use beside the revalidate function's bundle. */
export async function bundleWebhookVendors(folder: string): Promise<string> {
  const results = await Promise.all(
    VENDOR_NAMES.map((name) =>
      build({
        ...LAMBDA_BUNDLE,
        stdin: {
          contents: `export { ${name} as vendor } from './lib/webhooks/vendors/${name}.ts'`,
          resolveDir: ROOT,
          loader: 'ts',
        },
        outfile: join(folder, `${name}.mjs`),
      }),
    ),
  );
  const sizes = results.map(({ metafile }) => sizeOf(metafile));
  return `${results.length} of ${(Math.min(...sizes) / 1024).toFixed(1)} to ${(Math.max(...sizes) / 1024).toFixed(1)} KiB`;
}

function sizeOf(metafile: Metafile): number {
  return Object.values(metafile.outputs).reduce((total, output) => total + output.bytes, 0);
}

function describeSize(outfile: string, bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB to ${relative(ROOT, outfile)}`;
}

/**
 * Bundles one function of `lambdas/edge` to what `cloudfront-js-2.0` runs: a script with a function named `handler`.
 * Its language is ES 5.1 plus the features below; esbuild refuses the ones that it cannot rewrite.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
export async function bundleEdgeFunction(name: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`lambdas/edge/${name}.ts`],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es5',
    supported: {
      arrow: true,
      'async-await': true,
      'const-and-let': true,
      'exponent-operator': true,
      'regexp-named-capture-groups': true,
      'rest-argument': true,
      'template-literal': true,
    },
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  });
  const code = outputFiles[0]?.text ?? '';
  const script = code.replace(/export\{(\w+) as handler\};\s*$/, 'function handler(event){return $1(event)}');
  if (script === code) throw new Error(`lambdas/edge/${name}.ts must export one function, 'handler', and nothing else`);
  // The runtime's modules come by require, which esbuild would replace by a shim.
  return /\bcrypto\b/.test(script) ? `const crypto=require("crypto");${script}` : script;
}

async function writeEdgeFunction(name: string): Promise<string> {
  const script = await bundleEdgeFunction(name);
  const outfile = join(ROOT, 'dist/lambdas/edge', `${name}.js`);
  await mkdir(join(ROOT, 'dist/lambdas/edge'), { recursive: true });
  await writeFile(outfile, script);
  return describeSize(outfile, Buffer.byteLength(script));
}

async function main(): Promise<void> {
  const steps = await Promise.allSettled([
    step('tsc', compileLibrary),
    step(RUNTIME_CLIENT, copyRuntimeClient),
    ...LAMBDAS.map((name) => step(`lambdas/${name}`, () => bundleLambda(name))),
    step('lambdas/webhooks', () => bundleWebhookVendors(join(ROOT, 'dist/lambdas/webhooks'))),
    ...EDGE_FUNCTIONS.map((name) => step(`lambdas/edge/${name}`, () => writeEdgeFunction(name))),
  ]);
  for (const result of steps) {
    if (result.status === 'rejected') {
      console.error(reasonOf(result.reason));
      process.exitCode = 1;
    }
  }
  if (process.exitCode === undefined) await step('licences', writeLicenses);
}

if (import.meta.main) await main();
