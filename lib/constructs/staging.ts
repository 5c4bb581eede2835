import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IsrError } from '../basics/errors.ts';
import { BUNDLES } from './bundles.ts';

/** An empty folder in the cloud assembly. Its path depends only on the construct, so each synth is the same. */
export function emptyStagingFolder(scope: Construct, name: string): string {
  const folder = join(Stage.of(scope)?.outdir ?? 'cdk.out', 'isr-staging', scope.node.addr, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The prebuilt bundle `dist/lambdas/<name>`, copied into `folder`. */
export function copyBundle(name: string, folder: string): void {
  const bundle = join(BUNDLES, name);
  requireBundle(join(bundle, 'index.mjs'));
  cpSync(bundle, folder, { recursive: true });
}

/** The prebuilt module `dist/lambdas/<path>`, copied to the same place in `folder`. */
export function copyModule(path: string, folder: string): void {
  const source = join(BUNDLES, path);
  requireBundle(source);
  copyInto(folder, [{ source, key: path }]);
}

/** The code of `dist/lambdas/edge/<name>.js`. */
export function readEdgeFunction(name: string): string {
  const file = join(BUNDLES, 'edge', `${name}.js`);
  requireBundle(file);
  return readFileSync(file, 'utf8');
}

export function copyInto(folder: string, files: readonly { readonly source: string; readonly key: string }[]): void {
  for (const { source, key } of files) {
    const target = join(folder, key);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(source, target);
  }
}

export function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value)}\n`);
}

function requireBundle(file: string): void {
  if (existsSync(file)) return;
  throw new IsrError(
    'BUILD_NOT_FOUND',
    `'${file}' of cdk-isr is missing; in a clone of cdk-isr, run \`npm run build\``,
  );
}
