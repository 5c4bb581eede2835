import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { VENDOR_NAMES } from '../../lib/webhooks/vendors.ts';
import { bundleEdgeFunction } from '../../scripts/build.ts';

/** Stands for `dist/lambdas`: the real edge functions, and handlers with a line of code each. */
export const BUNDLES = mkdtempSync(join(tmpdir(), 'isr-bundles-'));
afterAll(() => rmSync(BUNDLES, { recursive: true, force: true }));

export async function writeBundles(): Promise<void> {
  for (const name of ['serve', 'render', 'revalidate', 'ssr', 'purge']) {
    write(join(BUNDLES, name, 'index.mjs'), `export const handler = () => '${name}';\n`);
  }
  for (const name of VENDOR_NAMES) {
    write(join(BUNDLES, 'webhooks', `${name}.mjs`), `export const vendor = '${name}';\n`);
  }
  for (const name of ['page-request', 'live-request', 'page-response']) {
    write(join(BUNDLES, 'edge', `${name}.js`), await bundleEdgeFunction(name));
  }
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
