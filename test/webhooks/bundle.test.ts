import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Vendor } from '../../lib/webhooks/vendor.ts';
import { VENDOR_NAMES } from '../../lib/webhooks/vendors.ts';
import { bundleWebhookVendors } from '../../scripts/build.ts';
import { NOW, requestOf, SAMPLES, SECRET } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'isr-vendors-'));
beforeAll(() => bundleWebhookVendors(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the revalidate function carries no vendor, and nothing that checks settings', async () => {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: ['lambdas/revalidate/index.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs).filter((input) => input.startsWith('lib/webhooks/'));
  expect(inputs).toContain('lib/webhooks/receive.ts');
  expect(inputs.filter((input) => /^lib\/webhooks\/(vendors|settings)/.test(input))).toEqual([]);
});

test.each(VENDOR_NAMES)('the module of %s stands alone', async (name) => {
  const { vendor }: { vendor: Vendor } = await import(pathToFileURL(join(folder, `${name}.mjs`)).href);
  const samples = SAMPLES.filter((sample) => sample.vendor === name);
  expect(samples).not.toEqual([]);
  for (const sample of samples) {
    const request = requestOf(sample);
    expect(vendor.verify(request, sample.secret ?? SECRET, NOW, sample.settings ?? {})).toEqual({ isGenuine: true });
    expect(vendor.changesIn(request, JSON.parse(request.body.toString()), sample.settings ?? {})).not.toEqual([]);
  }
});
